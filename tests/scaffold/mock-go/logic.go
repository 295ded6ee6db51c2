// Package logic is a small logic package written by hand, which keeps to the same contract as the emitted ones: the
// shells are tested on it.
package logic

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

type AnswerKind int

const (
	AnswerOk AnswerKind = iota
	AnswerError
	AnswerGuard
	AnswerMalformed
)

// Answer is what a call gave.
type Answer struct {
	Kind    AnswerKind
	Value   json.RawMessage
	Type    string
	Message string
	At      string
}

type RouteKind int

const (
	RouteResponse RouteKind = iota
	RouteError
	RouteGuard
	RouteNotFound
)

// RouteRequest is a request to one of the monolith's own routes.
type RouteRequest struct {
	Path  []string
	Query url.Values
	Body  []byte
}

// RouteAnswer is what one of the monolith's own routes gave.
type RouteAnswer struct {
	Kind        RouteKind
	Status      int
	ContentType string
	Body        []byte
	Type        string
	Message     string
	At          string
}

const units = 100

// Session is the state of the module.
type Session struct {
	lock     sync.Mutex
	reserved int64
}

func NewSession() *Session {
	return &Session{}
}

func (s *Session) CallLine(line []byte, exact bool) []byte {
	return []byte(`{"id":null,"error":{"type":"ProtocolError","message":"unknown"}}`)
}

func ok(text string) Answer {
	return Answer{Kind: AnswerOk, Value: json.RawMessage(text)}
}

func (s *Session) Function(name string, arguments json.RawMessage) Answer {
	if strings.Contains(string(arguments), `\ud8`) {
		return Answer{Kind: AnswerGuard, Type: "surrogate", At: "shop.py:3:0"}
	}
	switch name {
	case "price":
		return price(arguments)
	case "nap":
		milliseconds, problem := integer(arguments, "milliseconds")
		if problem != nil {
			return *problem
		}
		time.Sleep(time.Duration(milliseconds) * time.Millisecond)
		return ok(strconv.FormatInt(milliseconds, 10))
	case "labels":
		return ok("{}")
	}
	return Answer{Kind: AnswerMalformed, Message: "no function " + name}
}

func (s *Session) Method(object, name string, arguments json.RawMessage) Answer {
	s.lock.Lock()
	defer s.lock.Unlock()
	switch object + "." + name {
	case "STOCK.left":
		return ok(strconv.FormatInt(units-s.reserved, 10))
	case "STOCK.reserve":
		wanted, problem := integer(arguments, "units")
		if problem != nil {
			return *problem
		}
		if wanted > units-s.reserved {
			return Answer{Kind: AnswerError, Type: "ValueError", Message: fmt.Sprintf("%d are too many", wanted)}
		}
		s.reserved += wanted
		return ok(strconv.FormatInt(s.reserved, 10))
	}
	return Answer{Kind: AnswerMalformed, Message: "no method " + object + "." + name}
}

func (s *Session) Route(handler string, request RouteRequest) RouteAnswer {
	respond := func(status int, format string, values ...any) RouteAnswer {
		body := []byte(fmt.Sprintf(format, values...) + "\n")
		return RouteAnswer{Kind: RouteResponse, Status: status, ContentType: "application/json", Body: body}
	}
	switch handler {
	case "price_route":
		var body struct{ Base json.RawMessage }
		if json.Unmarshal(request.Body, &body) != nil {
			return respond(400, `{"error":"base is required"}`)
		}
		return respond(200, `{"route":%s}`, body.Base)
	case "item":
		item, err := strconv.ParseInt(request.Path[0], 10, 64)
		if err != nil {
			return RouteAnswer{Kind: RouteNotFound}
		}
		return respond(200, `{"item":%d,"query":[["verbose",%q],["c",%q]]}`, item, request.Query.Get("verbose"), request.Query.Get("c"))
	case "close":
		return respond(409, `{"closed":%q}`, request.Path[0])
	}
	return RouteAnswer{Kind: RouteError, Type: "KeyError", Message: "'x'"}
}

func price(arguments json.RawMessage) Answer {
	var given struct {
		Base  *float64
		Units *int64
	}
	if json.Unmarshal(arguments, &given) != nil || given.Base == nil {
		return Answer{Kind: AnswerMalformed, Message: "price() needs base"}
	}
	if *given.Base < 0 {
		return Answer{Kind: AnswerError, Type: "ValueError", Message: "base is negative"}
	}
	total := *given.Base
	if given.Units != nil {
		total *= float64(*given.Units)
	}
	text := strconv.FormatFloat(total, 'g', -1, 64)
	if total == math.Trunc(total) {
		text += ".0"
	}
	return ok(text)
}

func integer(arguments json.RawMessage, name string) (int64, *Answer) {
	var given map[string]json.RawMessage
	if json.Unmarshal(arguments, &given) != nil || given[name] == nil {
		return 0, &Answer{Kind: AnswerMalformed, Message: name + " is missing"}
	}
	number, err := strconv.ParseInt(string(given[name]), 10, 64)
	if err != nil {
		return 0, &Answer{Kind: AnswerGuard, Type: "type", At: "shop.py:3:0"}
	}
	return number, nil
}
