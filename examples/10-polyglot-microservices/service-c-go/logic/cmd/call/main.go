// Command call answers calls: one JSON object a line on stdin, one on stdout, in order.
package main

import (
	"os"

	"service-c-go/logic"
	"service-c-go/logic/support"
)

func main() {
	session := logic.NewSession()
	support.Serve(os.Stdin, os.Stdout, os.Args[1:], session.CallLine)
}
