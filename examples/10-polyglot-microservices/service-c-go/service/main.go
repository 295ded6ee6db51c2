// Command service is the HTTP shell around the translated module inventory: paths, statuses, limits and metrics, and no
// logic. With the argument healthcheck it asks a running service how it is.
//
//   - routes.go: every path, as tables
//   - desk.go: takes calls and has them computed, a bounded number at a time
//   - answers.go: what each outcome looks like over HTTP
//   - operations.go: health, readiness, metrics, statistics
//   - config.go, server.go, telemetry.go: the environment, connections, numbers
package main

import (
	"fmt"
	"log/slog"
	"os"
)

// serviceName is the service's name, as /health says it.
const serviceName = "inventory-service"

// defaultPort is the port that is tried first.
const defaultPort = 8001

func main() {
	config, err := configFromEnvironment(os.LookupEnv)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", serviceName, err)
		os.Exit(2)
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: config.logLevel})))
	switch {
	case len(os.Args) < 2:
		err = serve(config)
	case os.Args[1] == "healthcheck":
		err = askHealth(config)
	default:
		fmt.Fprintf(os.Stderr, "%s: unknown command %q; there is only healthcheck\n", serviceName, os.Args[1])
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", serviceName, err)
		os.Exit(1)
	}
}
