package support

import (
	"bufio"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// Access is what a call needs of the state: which lock.
type Access int

// Kinds of access.
const (
	Pure Access = iota
	Read
	Write
)

// Param is a parameter of a callable.
type Param struct {
	Name        string
	Optional    bool
	KeywordOnly bool
	// PositionalOnly is what stands before a `/`.
	PositionalOnly bool
	// Rest takes the positional arguments that are left.
	Rest bool
	// Fresh is what nil leaves out too.
	Fresh bool
}

// Callable is a function, a method or a constructor that the outside can call.
type Callable[S any] struct {
	// Name is Python's qualified name, for messages.
	Name string
	// At is where it is defined.
	At     string
	Access Access
	// Guards is true where a call may decline after it has changed something.
	Guards bool
	// Clock is true where it reads the clock.
	Clock bool
	// ShowsFloats is true where a float may become text.
	ShowsFloats bool
	// Method is true where self is counted among the arguments.
	Method bool
	Params []Param
	// Run reads the arguments, calls, and writes the result.
	Run func(state S, call *Call) error
}

// Call is one call on its way.
type Call struct {
	// Self is the object of a method.
	Self any
	// Result is what a constructor made, or what the call returned where it may be kept.
	Result any

	reader  *Reader
	writer  *Writer
	given   []any
	present []bool
	// labels are how the caller passed each parameter: by position or name.
	labels   []string
	values   []any
	watched  []func()
	mutated  []byte
	started  time.Time
	spent    time.Duration
	answered bool
}

// Has reports whether the caller passed a parameter.
func (c *Call) Has(index int) bool {
	return c.present[index]
}

// Arg reads an argument.
func Arg[T any](c *Call, index int, codec Codec[T]) T {
	value := codec.Read(c.reader, c.given[index])
	c.values[index] = value
	return value
}

// ArgOr reads an argument, or gives its default.
func ArgOr[T any](c *Call, index int, codec Codec[T], absent T) T {
	if !c.present[index] {
		return absent
	}
	return Arg(c, index, codec)
}

// Watch compares an argument after the call with what it was.
func Watch[T any](c *Call, index int, codec Codec[T], value *T) {
	if !c.present[index] {
		return
	}
	before := Writer{Exact: c.writer.Exact}
	codec.Write(&before, *value)
	c.watched = append(c.watched, func() {
		after := Writer{Exact: c.writer.Exact}
		codec.Write(&after, *value)
		if string(after.Buf) != string(before.Buf) {
			if len(c.mutated) > 0 {
				c.mutated = append(c.mutated, ',')
			}
			c.mutated = append(AppendText(c.mutated, c.labels[index], false), ':')
			c.mutated = append(c.mutated, after.Buf...)
		}
	})
}

// Start notes when the call itself begins.
func (c *Call) Start() {
	c.started = time.Now()
}

// Stop notes when the call itself ends.
func (c *Call) Stop() {
	c.spent = time.Since(c.started)
}

// Return writes the result of a call.
func Return[T any](c *Call, codec Codec[T], value T) {
	c.Result = value
	c.answered = true
	codec.Write(c.writer, value)
}

// ReturnShared writes a result that may be the same object as an argument.
func ReturnShared[T any](c *Call, codec Codec[T], value T) {
	c.Result = value
	c.answered = true
	if name := c.aliasOf(value); name != "" {
		c.writer.raw(`{"$alias":`)
		c.writer.Buf = append(AppendText(c.writer.Buf, name, false), '}')
		return
	}
	codec.Write(c.writer, value)
}

func (c *Call) aliasOf(value any) string {
	if c.Self != nil && sameObject(value, c.Self) {
		return "self"
	}
	for index, given := range c.values {
		if c.present[index] && given != nil && sameObject(value, given) {
			return c.labels[index]
		}
	}
	return ""
}

func sameObject(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	if !x.IsValid() || !y.IsValid() || x.Type() != y.Type() {
		return false
	}
	switch x.Kind() {
	case reflect.Pointer:
		return !x.IsNil() && x.Pointer() == y.Pointer()
	case reflect.Slice:
		return x.Cap() > 0 && x.Cap() == y.Cap() && x.Len() == y.Len() && x.Pointer() == y.Pointer()
	}
	return false
}

// AnswerKind says how a call ended.
type AnswerKind int

// Kinds of answers.
const (
	AnswerOk AnswerKind = iota
	AnswerError
	AnswerGuard
	AnswerMalformed
)

// Answer is the answer to a call.
type Answer struct {
	Kind AnswerKind
	// Value is the result as JSON.
	Value []byte
	// Type is the exception's class, or the kind of guard.
	Type string
	// Message is the exception's message, or what is wrong with the request.
	Message string
	// At is where a guard declined.
	At string

	mutated []byte
	// printed is what the call wrote to standard output.
	printed string
	spent   time.Duration
}

func malformed(message string) Answer {
	return Answer{Kind: AnswerMalformed, Type: "ProtocolError", Message: message}
}

// RouteRequest is a request to a route of the monolith.
type RouteRequest struct {
	// Path has the raw path parameters in order.
	Path []string
	// Query has the query's parameters.
	Query map[string][]string
	Body  []byte
}

// RouteKind says how a route ended.
type RouteKind int

// Kinds of route answers.
const (
	RouteResponse RouteKind = iota
	RouteError
	RouteGuard
	// RouteNotFound: a path parameter did not convert.
	RouteNotFound
)

// RouteAnswer is the answer of a route.
type RouteAnswer struct {
	Kind        RouteKind
	Status      int
	ContentType string
	Body        []byte
	Type        string
	Message     string
	At          string
}

// Handler is a route's handler.
type Handler[S any] struct {
	At     string
	Access Access
	// Guards is true where a call may decline after it has changed something.
	Guards bool
	// Clock is true where it reads the clock.
	Clock bool
	// Ints says which path parameters are integers; the others are texts.
	Ints []bool
	// ReadsBody is true where the JSON body is the last argument.
	ReadsBody bool
	// Run calls the handler; it gives the answer's status and body.
	Run func(state S, args []any) (status int64, body []byte, err error)
}

// Module is what can be called on a translated module.
type Module[S any] struct {
	New       func() S
	Clone     func(c *Cloner, state S) S
	Functions map[string]*Callable[S]
	// Constructors by class.
	Constructors map[string]*Callable[S]
	// Methods by class and name.
	Methods map[string]map[string]*Callable[S]
	// Objects are the globals that hold objects.
	Objects map[string]func(state S) any
	// ClassOf names the class of an object.
	ClassOf func(object any) string
	// CloneObject copies an object.
	CloneObject func(c *Cloner, object any) any
	// WriteState writes the fields of an object, or the state where there is none.
	WriteState func(w *Writer, state S, object any)
	Handlers   map[string]*Handler[S]
}

// Cloner copies objects; one that is reached twice is copied once.
type Cloner struct {
	seen map[any]any
}

// Copy copies an object unless that was done before.
func Copy[T any](c *Cloner, object *T, fill func(copy *T)) *T {
	if object == nil {
		return nil
	}
	if done, found := c.seen[object]; found {
		return done.(*T)
	}
	copied := *object
	c.seen[object] = &copied
	fill(&copied)
	return &copied
}

// CopyList copies a list and its items.
func CopyList[T any](items []T, copy func(T) T) []T {
	copied := slices.Clone(items)
	for i := range copied {
		copied[i] = copy(copied[i])
	}
	return copied
}

// Session is a module at work: its state and the objects that callers keep.
type Session[S any] struct {
	lock   sync.RWMutex
	module *Module[S]
	state  S
	kept   map[string]any
	past   *journal[S]
}

// NewSession returns a session of a module.
func NewSession[S any](module *Module[S]) *Session[S] {
	return &Session[S]{module: module, state: module.New(), kept: map[string]any{}, past: newJournal(module)}
}

// Function calls a function with arguments by name, a JSON object.
func (s *Session[S]) Function(name string, arguments []byte) Answer {
	callable := s.module.Functions[name]
	if callable == nil {
		return malformed("no function " + name)
	}
	return s.named(callable, nil, arguments)
}

// Method calls a method of a global object with arguments by name, a JSON object.
func (s *Session[S]) Method(object, name string, arguments []byte) Answer {
	find := func() any { return s.object(object) }
	s.lock.RLock()
	callable := s.method(find(), name)
	s.lock.RUnlock()
	if callable == nil {
		return malformed("no method " + name)
	}
	return s.named(callable, find, arguments)
}

func (s *Session[S]) named(callable *Callable[S], self func() any, arguments []byte) Answer {
	data, err := ParseJSON(arguments)
	object, ok := data.(*Dict[string, any])
	switch {
	case err == errDeep || err == errSurrogate:
		return Answer{Kind: AnswerGuard, Type: err.Error(), At: callable.At}
	case err != nil || !ok:
		return malformed("arguments are no JSON object")
	}
	return s.run(callable, self, nil, object, &Writer{}, "")
}

func (s *Session[S]) object(name string) any {
	if object, found := s.kept[name]; found {
		return object
	}
	if global := s.module.Objects[name]; global != nil {
		return global(s.state)
	}
	return nil
}

func (s *Session[S]) method(object any, name string) *Callable[S] {
	if object == nil {
		return nil
	}
	return s.module.Methods[s.module.ClassOf(object)][name]
}

// lock is the access that a call asks for; one that reads the clock keeps out of the way of one whose readings are noted.
func (c *Callable[S]) lock() Access {
	return lockWith(c.Access, c.Clock)
}

func (h *Handler[S]) lock() Access {
	return lockWith(h.Access, h.Clock)
}

func lockWith(access Access, clock bool) Access {
	if clock {
		return max(access, Read)
	}
	return access
}

// lockFor takes the lock that a call needs and returns how to release it.
func (s *Session[S]) lockFor(access Access, keeps bool) func() {
	switch {
	case keeps || access == Write:
		s.lock.Lock()
		return s.lock.Unlock
	case access == Read:
		s.lock.RLock()
		return s.lock.RUnlock
	}
	return func() {}
}

func (s *Session[S]) run(callable *Callable[S], self func() any, args []any, kwargs *Dict[string, any], w *Writer, keep string) Answer {
	// A kept object that is given may change.
	changes := keep != "" || refersAny(args) || kwargs != nil && refers(kwargs)
	defer s.lockFor(callable.lock(), changes)()
	call := &Call{reader: &Reader{Kept: s.object}, writer: w}
	if self != nil {
		call.Self = self()
	}
	if problem := bind(call, callable.Name, callable.Method, callable.Params, args, kwargs); problem != "" {
		return Answer{Kind: AnswerError, Type: "TypeError", Message: problem}
	}
	repeat := func() {
		again := &Call{reader: &Reader{Kept: s.object}, writer: &Writer{}}
		if self != nil {
			again.Self = self()
		}
		bind(again, callable.Name, callable.Method, callable.Params, args, kwargs)
		if callable.Run(s.state, again) == nil && keep != "" {
			s.kept[keep] = again.Result
		}
	}
	err, problem := s.attempt(callable.Access == Write || changes, repeat, func() error {
		err := callable.Run(s.state, call)
		if call.reader.IntForFloat && callable.ShowsFloats {
			Decline("int_for_float")
		}
		for _, watched := range call.watched {
			watched()
		}
		if err == nil && keep != "" {
			s.kept[keep] = call.Result
		}
		return err
	})
	if problem != nil {
		return declined(problem, callable.At)
	}
	if err != nil {
		exception := Caught(err)
		return Answer{
			Kind: AnswerError, Type: exception.Class.Name, Message: exception.Message, mutated: call.mutated, spent: call.spent,
		}
	}
	return Answer{Kind: AnswerOk, Value: w.Buf, mutated: call.mutated, spent: call.spent}
}

// refers reports whether data names a kept object, at any depth.
func refers(data any) bool {
	switch data := data.(type) {
	case []any:
		return refersAny(data)
	case *Dict[string, any]:
		for _, entry := range data.Entries() {
			if entry.Key == "$ref" || refers(entry.Value) {
				return true
			}
		}
	}
	return false
}

func refersAny(items []any) bool {
	return slices.ContainsFunc(items, refers)
}

func declined(problem any, at string) Answer {
	guard, ok := problem.(Guard)
	if !ok {
		guard = Guard{Kind: "panic"}
	}
	if guard.At == "" {
		guard.At = at
	}
	return Answer{Kind: AnswerGuard, Type: guard.Kind, At: guard.At}
}

// attempt makes a call that may change something; one that declines is undone.
func (s *Session[S]) attempt(changes bool, repeat func(), call func() error) (err error, problem any) {
	if changes {
		s.past.begin(s)
	}
	defer func() {
		if problem = recover(); problem != nil && changes {
			s.past.undo(s)
		}
	}()
	err = call()
	if changes {
		s.past.end(s, repeat)
	}
	return err, nil
}

// Route answers a request to a route of the monolith.
func (s *Session[S]) Route(name string, request RouteRequest) (answer RouteAnswer) {
	handler := s.module.Handlers[name]
	if handler == nil || len(request.Path) != len(handler.Ints) {
		return RouteAnswer{Kind: RouteNotFound}
	}
	defer func() {
		if problem := recover(); problem != nil {
			guard := declined(problem, handler.At)
			answer = RouteAnswer{Kind: RouteGuard, Type: guard.Type, At: guard.At}
		}
	}()
	var args []any
	for i, text := range request.Path {
		if !handler.Ints[i] {
			args = append(args, text)
			continue
		}
		if strings.Trim(text, "0123456789") != "" || text == "" {
			return RouteAnswer{Kind: RouteNotFound}
		}
		number, _ := IntFromText(text)
		args = append(args, number)
	}
	if handler.ReadsBody {
		args = append(args, bodyOf(request.Body))
	}
	return s.handle(handler, args)
}

// bodyOf reads a JSON body; what is no JSON counts as null.
func bodyOf(text []byte) any {
	data, err := ParseJSON(text)
	switch err {
	case nil:
		return data
	case errDeep, errSurrogate:
		Decline(err.Error())
	}
	return nil
}

func (s *Session[S]) handle(handler *Handler[S], args []any) RouteAnswer {
	defer s.lockFor(handler.lock(), false)()
	var status int64
	var body []byte
	repeat := func() { handler.Run(s.state, args) }
	err, problem := s.attempt(handler.Access == Write, repeat, func() error {
		var err error
		status, body, err = handler.Run(s.state, args)
		return err
	})
	if problem != nil {
		panic(problem)
	}
	if err != nil {
		exception := Caught(err)
		return RouteAnswer{Kind: RouteError, Type: exception.Class.Name, Message: exception.Message}
	}
	return RouteAnswer{Status: int(status), ContentType: "application/json", Body: body}
}

// CallLine answers one request line of the stdio protocol.
func (s *Session[S]) CallLine(line []byte, exact bool) []byte {
	data, err := ParseJSON(line)
	request, ok := data.(*Dict[string, any])
	w := &Writer{Exact: exact}
	if !ok {
		return s.reply(w, nil, malformed("the request is no JSON object"), false)
	}
	id := request.GetOr("id", nil)
	switch {
	case err == errDeep || err == errSurrogate:
		return s.reply(w, id, Answer{Kind: AnswerGuard, Type: err.Error()}, false)
	case err != nil:
		return s.reply(w, id, malformed("the request is not JSON"), false)
	}
	heard := console.listen()
	answer := s.perform(request, w)
	answer.printed = heard()
	return s.reply(w, id, answer, JSONTrue(request.GetOr("time", nil)))
}

// JSONTrue reports whether JSON data is true.
func JSONTrue(data any) bool {
	value, ok := data.(bool)
	return ok && value
}

func (s *Session[S]) perform(request *Dict[string, any], w *Writer) Answer {
	text := func(key string) (string, bool) {
		value, ok := request.GetOr(key, nil).(string)
		return value, ok
	}
	keep, _ := text("as")
	if name, ok := text("function"); ok {
		return s.invoke(s.module.Functions[name], "no function "+name, nil, request, w, keep)
	}
	if name, ok := text("method"); ok {
		owner, _ := text("on")
		find := func() any { return s.object(owner) }
		s.lock.RLock()
		object := find()
		callable := s.method(object, name)
		s.lock.RUnlock()
		if object == nil {
			return malformed("no object " + owner)
		}
		return s.invoke(callable, "no method "+name, find, request, w, keep)
	}
	if name, ok := text("new"); ok {
		answer := s.invoke(s.module.Constructors[name], "no class "+name, nil, request, w, keep)
		if answer.Kind == AnswerOk {
			answer.Value = []byte("null")
		}
		return answer
	}
	if request.Has("state") {
		name, named := text("state")
		return s.show(name, named, w)
	}
	if request.Has("reset") {
		s.lock.Lock()
		defer s.lock.Unlock()
		clock.move(func(c *timer) float64 { return c.start })
		s.state, s.kept, s.past = s.module.New(), map[string]any{}, newJournal(s.module)
		return Answer{Value: []byte("null")}
	}
	if seconds, found := request.Get("advance"); found {
		clock.move(func(c *timer) float64 {
			switch seconds := seconds.(type) {
			case float64:
				return c.now + seconds
			case int64:
				return c.now + float64(seconds)
			}
			return c.now
		})
		return Answer{Value: []byte("null")}
	}
	return malformed("unknown request")
}

func (s *Session[S]) invoke(callable *Callable[S], absent string, self func() any, request *Dict[string, any], w *Writer, keep string) Answer {
	if callable == nil {
		return malformed(absent)
	}
	args, ok := request.GetOr("args", []any{}).([]any)
	if !ok {
		return malformed("args are no array")
	}
	kwargs, ok := request.GetOr("kwargs", NewDict[string, any]()).(*Dict[string, any])
	if !ok {
		return malformed("kwargs are no object")
	}
	return s.run(callable, self, args, kwargs, w, keep)
}

func (s *Session[S]) show(name string, named bool, w *Writer) (answer Answer) {
	s.lock.RLock()
	defer s.lock.RUnlock()
	defer func() {
		if problem := recover(); problem != nil {
			answer = declined(problem, "")
		}
	}()
	var object any
	if named {
		if object = s.object(name); object == nil {
			return malformed("no object " + name)
		}
	}
	w.Exact = true
	s.module.WriteState(w, s.state, object)
	return Answer{Value: w.Buf}
}

func (s *Session[S]) reply(w *Writer, id any, answer Answer, timed bool) []byte {
	out := Writer{Exact: w.Exact}
	out.raw(`{"id":`)
	out.json(id)
	switch answer.Kind {
	case AnswerOk:
		out.raw(`,"ok":`)
		out.Buf = append(out.Buf, answer.Value...)
	case AnswerGuard:
		out.raw(`,"guard":{"kind":`)
		out.Buf = AppendText(out.Buf, answer.Type, false)
		out.raw(`,"at":`)
		out.Buf = append(AppendText(out.Buf, answer.At, false), '}')
	case AnswerError, AnswerMalformed:
		out.raw(`,"error":{"type":`)
		out.Buf = AppendText(out.Buf, answer.Type, false)
		out.raw(`,"message":`)
		out.Buf = append(AppendText(out.Buf, answer.Message, false), '}')
	}
	if len(answer.mutated) > 0 {
		out.raw(`,"mutated":{`)
		out.Buf = append(append(out.Buf, answer.mutated...), '}')
	}
	if answer.printed != "" && answer.Kind != AnswerGuard {
		out.raw(`,"stdout":`)
		out.Buf = AppendText(out.Buf, answer.printed, false)
	}
	if timed {
		out.raw(`,"ns":` + IntText(int64(answer.spent)))
	}
	out.raw("}")
	return out.Buf
}

// Serve answers request lines until the input ends.
func Serve(input io.Reader, output io.Writer, arguments []string, answer func(line []byte, exact bool) []byte) {
	exact := slices.Contains(arguments, "--exact")
	lines, out := bufio.NewReader(input), bufio.NewWriter(output)
	for {
		line, err := lines.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			out.Write(answer(line, exact))
			out.WriteByte('\n')
		}
		if err != nil || lines.Buffered() == 0 {
			if out.Flush() != nil || err != nil {
				return
			}
		}
	}
}

// Keep notes the object that a constructor made.
func (c *Call) Keep(object any) {
	c.Result = object
}
