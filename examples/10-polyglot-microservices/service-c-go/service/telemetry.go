package main

import (
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the numbers for Prometheus.
type metrics struct {
	registry     *prometheus.Registry
	requests     *prometheus.CounterVec
	duration     *prometheus.HistogramVec
	inFlight     prometheus.Gauge
	calls        *prometheus.CounterVec
	callDuration *prometheus.HistogramVec
}

// buckets go from a call that hardly does anything to one at the end of everybody's patience.
var buckets = []float64{
	0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "http_requests_total",
			Help: "HTTP requests by method, matched route and status",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_request_duration_seconds",
			Help:    "Time from the head of a request to its answer",
			Buckets: buckets,
		}, []string{"method", "route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "http_requests_in_flight",
			Help: "HTTP requests being answered",
		}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "logic_calls_total",
			Help: "Calls of the translated module by callee and outcome: ok, error, guard or malformed",
		}, []string{"callee", "outcome"}),
		callDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "logic_call_duration_seconds",
			Help:    "Time that the translated module computed for a call",
			Buckets: buckets,
		}, []string{"callee"}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.inFlight, m.calls, m.callDuration)
	m.registry.MustRegister(collectors.NewGoCollector())
	m.registry.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// computed counts one call of the translated module and how it went.
func (m *metrics) computed(callee, outcome string, took time.Duration) {
	m.callDuration.WithLabelValues(callee).Observe(took.Seconds())
	m.calls.WithLabelValues(callee, outcome).Inc()
}

// observe counts and times every request under the route that it matches, and answers where none does.
func (m *metrics) observe(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		m.inFlight.Inc()
		defer m.inFlight.Dec()
		seen := &observed{ResponseWriter: w, status: http.StatusOK}
		unmatched, pattern := mux.Handler(r)
		_, route, _ := strings.Cut(pattern, " ")
		if pattern == "" {
			route = "unmatched"
			explain(unmatched, seen, r)
		} else {
			mux.ServeHTTP(seen, r)
		}
		took := time.Since(started)
		method := standardMethod(r.Method)
		m.duration.WithLabelValues(method, route).Observe(took.Seconds())
		m.requests.WithLabelValues(method, route, strconv.Itoa(seen.status)).Inc()
		slog.Debug("request", "method", method, "route", route, "status", seen.status, "took_us", took.Microseconds())
	})
}

// explain gives the mux's refusals (unknown path or method) a body of the common form.
func explain(refusal http.Handler, w http.ResponseWriter, r *http.Request) {
	probe := &headOnly{header: http.Header{}, status: http.StatusOK}
	refusal.ServeHTTP(probe, r)
	problem := notFound()
	if probe.status == http.StatusMethodNotAllowed {
		problem = methodNotAllowed()
		w.Header().Set("Allow", probe.header.Get("Allow"))
	}
	problem.response().send(w)
}

// standardMethod names a method for a label; anybody can invent one, and the label must not follow.
func standardMethod(name string) string {
	if slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, name) {
		return name
	}
	return "other"
}

// observed remembers the status that was sent.
type observed struct {
	http.ResponseWriter
	status int
}

func (o *observed) WriteHeader(status int) {
	o.status = status
	o.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the server's own code reach the writer underneath.
func (o *observed) Unwrap() http.ResponseWriter {
	return o.ResponseWriter
}

// headOnly keeps the head of an answer and drops its body.
type headOnly struct {
	header http.Header
	status int
}

func (h *headOnly) Header() http.Header            { return h.header }
func (h *headOnly) WriteHeader(status int)         { h.status = status }
func (h *headOnly) Write(body []byte) (int, error) { return len(body), nil }
