package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"service-c-go/logic"
)

// desk takes calls and has them computed, a bounded number at a time.
type desk struct {
	config   config
	session  *logic.Session
	places   chan struct{} // calls computing or waiting
	workers  chan struct{} // calls computing
	metrics  *metrics
	counters counters
}

// counters is what has been done so far.
type counters struct {
	requests    atomic.Int64
	nanoseconds atomic.Int64
	stopping    atomic.Bool
}

// newDesk starts with the module's state as Python has it after the import.
func newDesk(config config) *desk {
	return &desk{
		config:  config,
		session: logic.NewSession(),
		places:  make(chan struct{}, config.maxInFlight),
		workers: make(chan struct{}, config.workers),
		metrics: newMetrics(),
	}
}

// meanMicroseconds is the mean time of answering a computed request; 0 before the first.
func (c *counters) meanMicroseconds() float64 {
	requests := c.requests.Load()
	if requests == 0 {
		return 0
	}
	return float64(c.nanoseconds.Load()) / 1000 / float64(requests)
}

// compute has job computed, or declines when every place is taken. What could not be begun in time is not begun: whoever
// asked was told so.
func compute[T any](ctx context.Context, d *desk, job func() T) (T, *fault) {
	type outcome struct {
		value T
		fault *fault
	}
	var nothing T
	select {
	case d.places <- struct{}{}:
	default:
		return nothing, overload()
	}
	done := make(chan outcome, 1)
	go func() {
		defer func() { <-d.places }()
		select {
		case d.workers <- struct{}{}:
			defer func() { <-d.workers }()
		case <-ctx.Done():
			done <- outcome{fault: timeout()}
			return
		}
		defer func() {
			if recover() != nil {
				done <- outcome{fault: crash()}
			}
		}()
		done <- outcome{value: job()}
	}()
	select {
	case finished := <-done:
		return finished.value, finished.fault
	case <-ctx.Done():
		return nothing, timeout()
	}
}

// callee is where a call goes: a function, or a method of an object that the module holds.
type callee struct {
	object string
	name   string
}

func (c callee) label() string {
	if c.object == "" {
		return c.name
	}
	return c.object + "." + c.name
}

func (d *desk) call(to callee, arguments json.RawMessage) logic.Answer {
	started := time.Now()
	var answer logic.Answer
	if to.object == "" {
		answer = d.session.Function(to.name, arguments)
	} else {
		answer = d.session.Method(to.object, to.name, arguments)
	}
	d.metrics.computed(to.label(), outcomeOf(answer), time.Since(started))
	return answer
}

// single serves calls one at a time: the body has the parameters by name.
func (d *desk) single(to callee) http.HandlerFunc {
	return d.handler(func(ctx context.Context, w http.ResponseWriter, r *http.Request) (response, *fault) {
		body, fault := d.readJSON(w, r)
		if fault != nil {
			return response{}, fault
		}
		if !isObject(body) {
			return response{}, malformed("the body must be an object: parameters by name")
		}
		answer, fault := compute(ctx, d, func() logic.Answer { return d.call(to, body) })
		return answerToCall(answer), fault
	})
}

// batch serves many calls at once, in their order: the body is an array of parameters by name.
func (d *desk) batch(to callee) http.HandlerFunc {
	return d.handler(func(ctx context.Context, w http.ResponseWriter, r *http.Request) (response, *fault) {
		body, fault := d.readJSON(w, r)
		if fault != nil {
			return response{}, fault
		}
		var calls []json.RawMessage
		if err := json.Unmarshal(body, &calls); err != nil || calls == nil {
			return response{}, malformed("the body must be an array of objects: parameters by name")
		}
		answers, fault := compute(ctx, d, func() []logic.Answer { return d.callAll(ctx, to, calls) })
		if fault == nil && len(answers) < len(calls) {
			fault = timeout()
		}
		return answerToBatch(answers), fault
	})
}

// callAll computes a batch; nobody waits for what lies behind the deadline, so it is not begun.
func (d *desk) callAll(ctx context.Context, to callee, calls []json.RawMessage) []logic.Answer {
	answers := make([]logic.Answer, 0, len(calls))
	for _, call := range calls {
		switch {
		case ctx.Err() != nil:
			return answers
		case isObject(call):
			answers = append(answers, d.call(to, call))
		default:
			message := "a call must be an object: parameters by name"
			answers = append(answers, logic.Answer{Kind: logic.AnswerMalformed, Message: message})
		}
	}
	return answers
}

// ownRoute is one of the monolith's own routes.
type ownRoute struct {
	method     string
	path       string   // the path to serve
	pattern    string   // the monolith's path, with its parameters in braces
	handler    string   // the translated handler
	parameters []string // the path's parameters in the order in which the handler takes them
}

// own serves one of the monolith's own routes with the monolith's own answers.
func (d *desk) own(route ownRoute) http.HandlerFunc {
	return d.handler(func(ctx context.Context, w http.ResponseWriter, r *http.Request) (response, *fault) {
		body, fault := d.read(w, r)
		if fault != nil {
			return response{}, fault
		}
		if !saysJSON(r) {
			body = nil
		}
		request := logic.RouteRequest{Path: pathParameters(route, r.URL.EscapedPath()), Query: r.URL.Query(), Body: body}
		answer, fault := compute(ctx, d, func() logic.RouteAnswer { return d.callOwn(route.handler, request) })
		return answerOfRoute(route.handler, answer), fault
	})
}

func (d *desk) callOwn(handler string, request logic.RouteRequest) logic.RouteAnswer {
	started := time.Now()
	answer := d.session.Route(handler, request)
	d.metrics.computed(handler, outcomeOfRoute(answer), time.Since(started))
	return answer
}

// handler gives a request its deadline, and counts it when it was computed.
func (d *desk) handler(answer func(context.Context, http.ResponseWriter, *http.Request) (response, *fault)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		ctx, cancel := context.WithTimeout(r.Context(), d.config.requestTimeout)
		defer cancel()
		response, fault := answer(ctx, w, r)
		if fault != nil {
			fault.response().send(w)
			return
		}
		response.send(w)
		d.counters.requests.Add(1)
		d.counters.nanoseconds.Add(time.Since(started).Nanoseconds())
	}
}

// pathParameters returns the raw texts of a route's parameters, taken from path by where they stand in the pattern.
func pathParameters(route ownRoute, path string) []string {
	parts := strings.Split(path, "/")
	texts := make([]string, 0, len(route.parameters))
	for _, name := range route.parameters {
		for place, part := range strings.Split(route.pattern, "/") {
			if part == "{"+name+"}" && place < len(parts) {
				text, err := url.PathUnescape(parts[place])
				if err != nil {
					text = parts[place]
				}
				texts = append(texts, strings.ToValidUTF8(text, "\uFFFD"))
			}
		}
	}
	return texts
}

// saysJSON tells whether the request says that its body is JSON; the monolith reads no other.
func saysJSON(r *http.Request) bool {
	essence, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return false
	}
	return essence == "application/json" || strings.HasPrefix(essence, "application/") && strings.HasSuffix(essence, "+json")
}

// read reads a body up to the limit.
func (d *desk) read(w http.ResponseWriter, r *http.Request) ([]byte, *fault) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, d.config.bodyLimit))
	var large *http.MaxBytesError
	switch {
	case err == nil:
		return body, nil
	case errors.As(err, &large):
		return nil, tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, timeout()
	default:
		return nil, malformed("the body ended early")
	}
}

// readJSON reads a body that must be JSON; none at all stands for no parameters.
func (d *desk) readJSON(w http.ResponseWriter, r *http.Request) ([]byte, *fault) {
	body, fault := d.read(w, r)
	switch {
	case fault != nil:
		return nil, fault
	case len(body) == 0:
		return []byte("{}"), nil
	case depth(body) > maxDepth:
		return nil, declined("nesting", "the body is nested too deep")
	case !json.Valid(body):
		return nil, malformed("the body is not JSON")
	}
	return body, nil
}

// maxDepth is how deep JSON may be nested.
const maxDepth = 127

// depth returns how deep a text in JSON is nested.
func depth(text []byte) int {
	deepest, now := 0, 0
	inString := false
	for place := 0; place < len(text); place++ {
		switch c := text[place]; {
		case inString && c == '\\':
			place++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			now++
			deepest = max(deepest, now)
		case c == ']' || c == '}':
			now--
		}
	}
	return deepest
}

func isObject(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{"))
}
