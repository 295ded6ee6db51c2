package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"

	"service-c-go/logic"
)

// What each outcome looks like over HTTP:
//
//   - a value: 200 and the value
//   - a Python exception: 422 {"error": {"type", "message"}}
//   - a guard, which says that this service declines and the original Python has to answer: 422 {"guard": {"kind", "at"}}
//   - whatever concerns HTTP alone: its status and {"fault": {"kind", "message"}}
//   - the monolith's own routes: exactly what the monolith answers

// response is an answer that is ready to be sent.
type response struct {
	status      int
	contentType string
	body        []byte
}

// send writes head and body at once.
func (r response) send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", r.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(r.body)))
	w.WriteHeader(r.status)
	if _, err := w.Write(r.body); err != nil {
		slog.Debug("the client went away", "problem", err.Error())
	}
}

// fault is a problem that is neither Python's nor a guard's, or a guard of the shell.
type fault struct {
	status  int
	kind    string
	message string
}

func malformed(message string) *fault {
	return &fault{http.StatusBadRequest, "malformed", message}
}

func tooLarge() *fault {
	return &fault{http.StatusRequestEntityTooLarge, "too_large", "the body is larger than this service takes"}
}

func overload() *fault {
	return &fault{http.StatusTooManyRequests, "overload", "too many calls in flight; try again"}
}

func timeout() *fault {
	return &fault{http.StatusRequestTimeout, "timeout", "the request took longer than it may"}
}

func notFound() *fault {
	return &fault{http.StatusNotFound, "not_found", "nothing is at this path"}
}

func methodNotAllowed() *fault {
	return &fault{http.StatusMethodNotAllowed, "method_not_allowed", "this path has other methods"}
}

// declined is a guard that the shell itself puts before the translated code.
func declined(kind, at string) *fault {
	return &fault{http.StatusUnprocessableEntity, kind, at}
}

// crash says that a computation was lost; whoever asked has to turn to the original.
func crash() *fault {
	return declined("crash", "the computation did not come to an end")
}

func (f *fault) response() response {
	if f.status == http.StatusUnprocessableEntity {
		return jsonResponse(f.status, map[string]any{"guard": guardBody{f.kind, f.message}})
	}
	return jsonResponse(f.status, map[string]any{"fault": faultBody{f.kind, f.message}})
}

type errorBody struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

type guardBody struct {
	Kind string `json:"kind"`
	At   string `json:"at"`
}

type faultBody struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

func answerToCall(answer logic.Answer) response {
	switch answer.Kind {
	case logic.AnswerOk:
		return response{http.StatusOK, jsonType, answer.Value}
	case logic.AnswerMalformed:
		return jsonResponse(http.StatusBadRequest, described(answer))
	default:
		return jsonResponse(http.StatusUnprocessableEntity, described(answer))
	}
}

// answerToBatch is an array with {"ok": value} or what went wrong, one for each call.
func answerToBatch(answers []logic.Answer) response {
	outcomes := make([]map[string]any, 0, len(answers))
	for _, answer := range answers {
		outcomes = append(outcomes, described(answer))
	}
	return jsonResponse(http.StatusOK, outcomes)
}

func described(answer logic.Answer) map[string]any {
	switch answer.Kind {
	case logic.AnswerOk:
		return map[string]any{"ok": answer.Value}
	case logic.AnswerError:
		return map[string]any{"error": errorBody{answer.Type, answer.Message}}
	case logic.AnswerGuard:
		return map[string]any{"guard": guardBody{answer.Type, answer.At}}
	default:
		return map[string]any{"fault": faultBody{"malformed", answer.Message}}
	}
}

// outcomeOf is one word for how a call went, for the metrics.
func outcomeOf(answer logic.Answer) string {
	switch answer.Kind {
	case logic.AnswerOk:
		return "ok"
	case logic.AnswerError:
		return "error"
	case logic.AnswerGuard:
		return "guard"
	default:
		return "malformed"
	}
}

// answerOfRoute is the answer of one of the monolith's own routes; handler is named in the log when it raised.
func answerOfRoute(handler string, answer logic.RouteAnswer) response {
	switch answer.Kind {
	case logic.RouteResponse:
		return response{answer.Status, answer.ContentType, answer.Body}
	case logic.RouteGuard:
		return jsonResponse(http.StatusUnprocessableEntity, map[string]any{"guard": guardBody{answer.Type, answer.At}})
	case logic.RouteNotFound:
		return response{http.StatusNotFound, htmlType, []byte(notFoundPage)}
	default:
		slog.Error("the route raised", "handler", handler, "kind", answer.Type, "problem", answer.Message)
		return response{http.StatusInternalServerError, htmlType, []byte(internalErrorPage)}
	}
}

// outcomeOfRoute is one word for how one of the monolith's own routes went.
func outcomeOfRoute(answer logic.RouteAnswer) string {
	switch {
	case answer.Kind == logic.RouteResponse && answer.Status < 400:
		return "ok"
	case answer.Kind == logic.RouteGuard:
		return "guard"
	case answer.Kind == logic.RouteNotFound:
		return "malformed"
	default:
		return "error"
	}
}

const (
	jsonType = "application/json"
	htmlType = "text/html; charset=utf-8"
)

// jsonResponse writes a value as JSON and leaves texts as they are.
func jsonResponse(status int, value any) response {
	body, err := marshal(value)
	if err != nil {
		slog.Error("an answer could not be written", "problem", err.Error())
		return crash().response()
	}
	return response{status, jsonType, body}
}

func marshal(value any) ([]byte, error) {
	text := new(jsonText)
	encoder := json.NewEncoder(text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return text.withoutNewline(), err
}

type jsonText []byte

func (t *jsonText) Write(more []byte) (int, error) {
	*t = append(*t, more...)
	return len(more), nil
}

func (t *jsonText) withoutNewline() []byte {
	if length := len(*t); length > 0 {
		return (*t)[:length-1]
	}
	return nil
}

// notFoundPage is what the monolith's framework answers where no route fits.
const notFoundPage = `<!doctype html>
<html lang=en>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>
`

// internalErrorPage is what the monolith's framework answers where a handler raised.
const internalErrorPage = `<!doctype html>
<html lang=en>
<title>500 Internal Server Error</title>
<h1>Internal Server Error</h1>
<p>The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.</p>
`
