package main

import (
	"math"
	"net/http"
	"runtime"
	"time"
)

// operations are the paths for those who run the service: is it alive, is it ready, what has it done.
func (d *desk) operations(mux *http.ServeMux) {
	mux.HandleFunc("GET /health", d.health)
	mux.HandleFunc("GET /livez", d.live)
	mux.HandleFunc("GET /readyz", d.ready)
	mux.HandleFunc("GET /ready", d.ready)
	mux.Handle("GET /metrics", d.metrics.handler())
	mux.HandleFunc("GET /api/stats", d.stats)
}

func (d *desk) health(w http.ResponseWriter, _ *http.Request) {
	jsonResponse(http.StatusOK, struct {
		Service   string `json:"service"`
		Status    string `json:"status"`
		Timestamp string `json:"timestamp"`
	}{serviceName, "healthy", time.Now().UTC().Format("2006-01-02T15:04:05Z")}).send(w)
}

func (d *desk) live(w http.ResponseWriter, _ *http.Request) {
	jsonResponse(http.StatusOK, map[string]any{"status": "alive"}).send(w)
}

// ready answers until the service is told to stop.
func (d *desk) ready(w http.ResponseWriter, _ *http.Request) {
	if d.counters.stopping.Load() {
		jsonResponse(http.StatusServiceUnavailable, map[string]any{"status": "stopping"}).send(w)
		return
	}
	jsonResponse(http.StatusOK, map[string]any{"status": "ready"}).send(w)
}

func (d *desk) stats(w http.ResponseWriter, _ *http.Request) {
	jsonResponse(http.StatusOK, struct {
		Service    string  `json:"service"`
		Language   string  `json:"language"`
		Requests   int64   `json:"requests_processed"`
		Goroutines int     `json:"active_goroutines"`
		Mean       float64 `json:"avg_response_time_us"`
	}{
		serviceName, "Go", d.counters.requests.Load(), runtime.NumGoroutine(),
		math.Round(d.counters.meanMicroseconds()*1000) / 1000,
	}).send(w)
}
