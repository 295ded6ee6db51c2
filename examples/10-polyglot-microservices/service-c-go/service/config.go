package main

import (
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// config is what the environment decides, read once at the start.
type config struct {
	host           string        // HOST: the address to listen on; loopback unless said otherwise
	port           int           // PORT: the first port to try; the next free one is taken when it is busy
	bodyLimit      int64         // BODY_LIMIT_BYTES: the largest request body
	requestTimeout time.Duration // REQUEST_TIMEOUT_MS: how long a request may take, its body included
	idleTimeout    time.Duration // IDLE_TIMEOUT_MS: how long a connection may take to send the head of its next request
	drainTimeout   time.Duration // DRAIN_TIMEOUT_MS: how long requests in flight may take after the signal to stop
	maxInFlight    int           // MAX_IN_FLIGHT: calls computing or waiting to compute; one more is answered 429
	workers        int           // WORKERS: calls that compute at once; one a core unless said otherwise
	logLevel       slog.Level    // LOG_LEVEL: debug, info, warn or error
}

// configFromEnvironment reads the settings, or says which one cannot be read.
func configFromEnvironment(lookup func(string) (string, bool)) (config, error) {
	settings := settings{lookup: lookup}
	read := config{
		host:           settings.text("HOST", "127.0.0.1"),
		port:           int(settings.number("PORT", defaultPort, 65535)),
		bodyLimit:      settings.number("BODY_LIMIT_BYTES", 1<<20, 1<<40),
		requestTimeout: settings.milliseconds("REQUEST_TIMEOUT_MS", 10_000),
		idleTimeout:    settings.milliseconds("IDLE_TIMEOUT_MS", 60_000),
		drainTimeout:   settings.milliseconds("DRAIN_TIMEOUT_MS", 20_000),
		maxInFlight:    int(settings.number("MAX_IN_FLIGHT", 256, 1<<20)),
		workers:        max(1, int(settings.number("WORKERS", int64(runtime.GOMAXPROCS(0)), 1<<20))),
	}
	if settings.err == nil && net.ParseIP(read.host) == nil {
		settings.err = fmt.Errorf("HOST=%s: not an IP address", read.host)
	}
	if err := read.logLevel.UnmarshalText([]byte(settings.text("LOG_LEVEL", "info"))); err != nil && settings.err == nil {
		settings.err = fmt.Errorf("LOG_LEVEL: %w", err)
	}
	return read, settings.err
}

// settings reads variables and keeps the first problem.
type settings struct {
	lookup func(string) (string, bool)
	err    error
}

func (s *settings) text(name, fallback string) string {
	if text, found := s.lookup(name); found {
		return strings.TrimSpace(text)
	}
	return fallback
}

func (s *settings) number(name string, fallback, most int64) int64 {
	text := s.text(name, strconv.FormatInt(fallback, 10))
	number, err := strconv.ParseInt(text, 10, 64)
	if s.err == nil && (err != nil || number < 0 || number > most) {
		s.err = fmt.Errorf("%s=%s: not a number from 0 to %d", name, text, most)
	}
	return number
}

func (s *settings) milliseconds(name string, fallback int64) time.Duration {
	return time.Duration(s.number(name, fallback, 1<<40)) * time.Millisecond
}
