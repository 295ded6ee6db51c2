// Command call is the stdio protocol's loop.
package main

import (
	"bufio"
	"fmt"
	"os"

	"mockmodule/logic"
)

func main() {
	session := logic.NewSession()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println(string(session.CallLine(lines.Bytes(), false)))
	}
}
