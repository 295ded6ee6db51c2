package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// portsToTry is how many ports behind a busy one are tried.
const portsToTry = 100

// listen listens on the configured port, or on the next free one.
func listen(config config) (net.Listener, error) {
	for port := config.port; ; port++ {
		listener, err := net.Listen("tcp", net.JoinHostPort(config.host, strconv.Itoa(port)))
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) || port >= min(config.port+portsToTry, 65535) {
			return listener, err
		}
	}
}

// application is the whole handler: routes, operations, metrics.
func (d *desk) application() http.Handler {
	mux := http.NewServeMux()
	d.operations(mux)
	d.routes(mux)
	return d.metrics.observe(mux)
}

// serve answers until SIGTERM or Ctrl-C, then takes no new connections and waits for the requests in flight.
func serve(config config) error {
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	listener, err := listen(config)
	if err != nil {
		return err
	}
	desk := newDesk(config)
	server := &http.Server{
		Handler:           desk.application(),
		ReadHeaderTimeout: min(config.idleTimeout, 10*time.Second),
		ReadTimeout:       config.requestTimeout + time.Second,
		WriteTimeout:      2*config.requestTimeout + time.Second,
		IdleTimeout:       config.idleTimeout,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	address := listener.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	number, _ := strconv.Atoi(port)
	slog.Info("listening", "service", serviceName, "address", address, "port", number)
	select {
	case err := <-failed:
		return err
	case <-stop.Done():
	}
	return desk.drain(server)
}

// drain waits for the requests in flight, but not for ever.
func (d *desk) drain(server *http.Server) error {
	d.counters.stopping.Store(true)
	slog.Info("stopping: answering what is in flight", "service", serviceName)
	patience, cancel := context.WithTimeout(context.Background(), d.config.drainTimeout)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		slog.Warn("stopped with requests in flight", "service", serviceName)
		return server.Close()
	}
	slog.Info("stopped", "service", serviceName)
	return nil
}

// askHealth asks the service on the configured port for its health, or says why it does not answer.
func askHealth(config config) error {
	host := config.host
	if net.ParseIP(host).IsUnspecified() {
		host = "127.0.0.1"
	}
	client := &http.Client{Timeout: 2 * time.Second}
	answer, err := client.Get("http://" + net.JoinHostPort(host, strconv.Itoa(config.port)) + "/health")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return nil
}
