// Command finder finds the faults that can be made in emitted Go: it reads a question in JSON and answers with the
// functions it saw and, for each fault, which bytes become which text.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Question is what standard input says.
type Question struct {
	// Text is a Go file.
	Text string
	// Boundary is true for the file where calls from outside arrive.
	Boundary bool
	// Twins are wrong functions by what they stand for.
	Twins map[string]Twin
	// Mutates are the parameters that may change, by the origin of the function.
	Mutates map[string][]int
	// Codings are the ways to write a result wrongly, by Python name.
	Codings map[string][]Coding
}

// Twin is a wrong function.
type Twin struct{ Name, Kind string }

// Coding is a wrong way to write a result.
type Coding struct{ How, Kind string }

// Frame is a function whose body can be exchanged.
type Frame struct {
	Function, Origin, Results string
	// Start and End enclose the body without its braces.
	Start, End int
	Words      []string
}

// Fault is a change of some bytes.
type Fault struct {
	Frame                        int
	Kind, Context, Before, After string
	Start, End                   int
	Text                         string
}

// Answer is what is written to standard output.
type Answer struct {
	Frames []Frame
	Faults []Fault
}

type finder struct {
	Question
	Answer
	set     *token.FileSet
	frame   int
	parents []ast.Node
	params  []string
}

func main() {
	f := &finder{set: token.NewFileSet(), Answer: Answer{Frames: []Frame{}, Faults: []Fault{}}}
	if err := json.NewDecoder(os.Stdin).Decode(&f.Question); err != nil {
		panic(err)
	}
	file, err := parser.ParseFile(f.set, "", f.Text, parser.ParseComments)
	if err != nil {
		panic(err)
	}
	if f.Boundary {
		f.calls(file)
	} else {
		f.functions(file)
	}
	if err := json.NewEncoder(os.Stdout).Encode(f.Answer); err != nil {
		panic(err)
	}
}

func (f *finder) offset(pos token.Pos) int {
	return f.set.Position(pos).Offset
}

func (f *finder) source(node ast.Node) string {
	return f.Text[f.offset(node.Pos()):f.offset(node.End())]
}

var written = regexp.MustCompile(`^support\.(Option\[int64\]\{\}|Some(\[int64\])?\(\d+\))$`)

var origin = regexp.MustCompile(`(\S+\.py:\d+)`)

// functions finds the faults of translated functions.
func (f *finder) functions(file *ast.File) {
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		name := function.Name.Name
		if function.Recv != nil {
			name = strings.Trim(f.source(function.Recv.List[0].Type), "*") + "." + name
		}
		from := ""
		if match := origin.FindStringSubmatch(function.Doc.Text()); match != nil {
			from = match[1]
		}
		f.enter(name, from, function.Type, function.Body)
		f.parameters(function)
		f.walk(function.Body)
	}
}

func (f *finder) enter(name, from string, kind *ast.FuncType, body *ast.BlockStmt) {
	results := ""
	if kind.Results != nil {
		results = f.source(kind.Results)
	}
	words := []string{}
	ast.Inspect(body, func(node ast.Node) bool {
		if word, ok := node.(*ast.Ident); ok {
			words = append(words, word.Name)
		}
		return true
	})
	f.frame = len(f.Frames)
	frame := Frame{Function: name, Origin: from, Results: results, Words: words}
	frame.Start, frame.End = f.offset(body.Lbrace)+1, f.offset(body.Rbrace)
	f.Frames = append(f.Frames, frame)
}

// parameters offers to copy what a function changes for its caller.
func (f *finder) parameters(function *ast.FuncDecl) {
	f.params = nil
	at := 0
	for _, field := range function.Type.Params.List {
		for _, name := range field.Names {
			if name.Name == "depth" {
				continue
			}
			f.params = append(f.params, name.Name)
			for _, changed := range f.Mutates[f.Frames[f.frame].Origin] {
				if changed == at {
					f.copied(name.Name, f.source(field.Type))
				}
			}
			at++
		}
	}
}

func (f *finder) copied(name, kind string) {
	copies := name + ".Clone()"
	switch {
	case strings.HasPrefix(kind, "*[]"):
		copies = "aloneRef(" + name + ")"
	case strings.HasPrefix(kind, "[]"):
		copies = "alone(" + name + ")"
	case !strings.HasPrefix(kind, "*support."):
		copies = "apart(" + name + ")"
	}
	start := f.Frames[f.frame].Start
	f.Faults = append(f.Faults, Fault{
		Frame: f.frame, Kind: "mutation", Context: "the parameters", Before: name, After: copies,
		Start: start, End: start, Text: "\n" + name + " := " + copies,
	})
}

func (f *finder) walk(body ast.Node) {
	ast.Inspect(body, func(node ast.Node) bool {
		if node == nil {
			f.parents = f.parents[:len(f.parents)-1]
			return true
		}
		goes := f.node(node)
		if goes {
			f.parents = append(f.parents, node)
		}
		return goes
	})
}

// offer notes a fault: the node becomes a text.
func (f *finder) offer(kind string, node ast.Node, text string) {
	f.replace(kind, node.Pos(), node.End(), text, f.source(node), text)
}

func (f *finder) replace(kind string, from, to token.Pos, text, before, after string) {
	f.Faults = append(f.Faults, Fault{
		Frame: f.frame, Kind: kind, Context: f.context(), Before: short(before, 70), After: short(after, 70),
		Start: f.offset(from), End: f.offset(to), Text: text,
	})
}

// context is the innermost statement, up to its first brace.
func (f *finder) context() string {
	for at := len(f.parents) - 1; at >= 0; at-- {
		switch node := f.parents[at].(type) {
		case *ast.BlockStmt:
		case ast.Stmt:
			text, _, _ := strings.Cut(f.source(node), " {\n")
			return short(text, 80)
		}
	}
	return ""
}

func short(text string, letters int) string {
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) > letters {
		return string(line[:letters]) + "…"
	}
	return string(line)
}

// node offers the faults of one node and says whether to look inside.
func (f *finder) node(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.BinaryExpr:
		return f.binary(node)
	case *ast.UnaryExpr:
		return f.unary(node)
	case *ast.BasicLit:
		f.literal(node)
	case *ast.Ident:
		f.word(node)
	case *ast.CallExpr:
		return f.call(node)
	case *ast.KeyValueExpr:
		f.shared(node.Value)
		f.parents = append(f.parents, node)
		f.walk(node.Value)
		f.parents = f.parents[:len(f.parents)-1]
		return false
	case *ast.IfStmt:
		return f.branch(node)
	case *ast.AssignStmt:
		f.assign(node)
	case *ast.IncDecStmt:
		f.step(node)
	case *ast.ExprStmt:
		f.within(node, func() { f.dropped("statement", node) })
	case *ast.BranchStmt:
		f.within(node, func() { f.dropped("statement", node) })
		return false
	case *ast.RangeStmt, *ast.ForStmt:
		f.within(node, func() { f.dropped("statement", node) })
	case *ast.ArrayType, *ast.MapType, *ast.FuncType, *ast.ValueSpec:
		return false
	}
	return true
}

func (f *finder) within(node ast.Node, work func()) {
	f.parents = append(f.parents, node)
	work()
	f.parents = f.parents[:len(f.parents)-1]
}

func (f *finder) dropped(kind string, node ast.Node) {
	f.replace(kind, node.Pos(), node.End(), "", "the statement", "nothing")
}

func isNil(node ast.Expr) bool {
	word, ok := node.(*ast.Ident)
	return ok && word.Name == "nil"
}

var swapped = map[token.Token][2]string{
	token.ADD: {"operator", "-"}, token.SUB: {"operator", "+"}, token.MUL: {"operator", "+"},
	token.QUO: {"operator", "*"}, token.LAND: {"operator", "||"}, token.LOR: {"operator", "&&"},
	token.AND: {"operator", "|"}, token.OR: {"operator", "^"}, token.XOR: {"operator", "|"},
	token.EQL: {"operator", "!="}, token.NEQ: {"operator", "=="},
	token.LSS: {"comparison", "<="}, token.LEQ: {"comparison", "<"},
	token.GTR: {"comparison", ">="}, token.GEQ: {"comparison", ">"},
	token.ADD_ASSIGN: {"operator", "-="}, token.SUB_ASSIGN: {"operator", "+="}, token.MUL_ASSIGN: {"operator", "+="},
}

func (f *finder) binary(node *ast.BinaryExpr) bool {
	if isNil(node.X) || isNil(node.Y) {
		return false
	}
	// How deep a recursion is stays between the emitted functions.
	if word, ok := node.X.(*ast.Ident); ok && word.Name == "depth" {
		return false
	}
	if to, ok := swapped[node.Op]; ok {
		end := node.OpPos + token.Pos(len(node.Op.String()))
		after := f.source(node.X) + " " + to[1] + " " + f.source(node.Y)
		f.replace(to[0], node.OpPos, end, to[1], f.source(node), after)
	}
	return true
}

func (f *finder) unary(node *ast.UnaryExpr) bool {
	literal, number := node.X.(*ast.BasicLit)
	switch {
	case node.Op == token.SUB && number && literal.Kind == token.INT:
		if value, err := strconv.ParseInt(literal.Value, 0, 64); err == nil && !f.ignored() {
			f.offer(f.constant(), node, strconv.FormatInt(1-value, 10))
		}
		return false
	case node.Op == token.SUB && number:
		f.offer(f.constant(), node, literal.Value)
		return false
	case node.Op == token.NOT || node.Op == token.SUB || node.Op == token.XOR:
		f.replace("operator", node.OpPos, node.OpPos+1, "", f.source(node), f.source(node.X))
	}
	return true
}

// constant says what a constant is: part of a message, a default, or just a constant.
func (f *finder) constant() string {
	for at := len(f.parents) - 1; at >= 0; at-- {
		call, ok := f.parents[at].(*ast.CallExpr)
		if !ok {
			continue
		}
		if selector, ok := call.Fun.(*ast.SelectorExpr); ok {
			switch selector.Sel.Name {
			case "New":
				return "message"
			case "GetOr", "TakeOr", "SetDefault", "ArgOr":
				return "default"
			}
		}
	}
	return "constant"
}

// ignored is true for what nobody looks at: results beside an error, capacities, the parts of a switch that is a label.
func (f *finder) ignored() bool {
	for at := len(f.parents) - 1; at >= 0; at-- {
		switch node := f.parents[at].(type) {
		case *ast.ReturnStmt:
			last := node.Results[len(node.Results)-1]
			inside := at+1 < len(f.parents) && f.parents[at+1] == last
			return len(node.Results) > 1 && !isNil(last) && !inside && strings.HasSuffix(f.Frames[f.frame].Results, "error)")
		case *ast.CallExpr:
			if word, ok := node.Fun.(*ast.Ident); ok && word.Name == "make" {
				return true
			}
			if f.source(node.Fun) == "support.Descend" {
				return true
			}
		case ast.Stmt:
			return false
		}
	}
	return false
}

func (f *finder) literal(node *ast.BasicLit) {
	if f.ignored() {
		return
	}
	kind := f.constant()
	switch node.Kind {
	case token.INT:
		if value, err := strconv.ParseUint(node.Value, 0, 64); err == nil {
			f.offer(kind, node, strconv.FormatUint(value+1, 10))
		}
	case token.FLOAT:
		if value, err := strconv.ParseFloat(node.Value, 64); err == nil {
			next := value + 1
			if next == value {
				next = value / 2
			}
			text := strconv.FormatFloat(next, 'g', -1, 64)
			if !strings.ContainsAny(text, ".e") {
				text += ".0"
			}
			f.offer(kind, node, text)
		}
	case token.STRING:
		if text, err := strconv.Unquote(node.Value); err == nil {
			f.offer(kind, node, strconv.Quote(text+"~"))
		}
	}
}

func (f *finder) word(node *ast.Ident) {
	if f.ignored() {
		return
	}
	switch node.Name {
	case "true":
		f.offer(f.constant(), node, "false")
	case "false":
		f.offer(f.constant(), node, "true")
	}
}

func (f *finder) call(node *ast.CallExpr) bool {
	callee := f.source(node.Fun)
	if twin, ok := f.Twins[callee]; ok && f.matters(callee, twin.Kind, node) {
		f.replace(twin.Kind, node.Fun.Pos(), node.Fun.End(), twin.Name, callee, twin.Name)
	}
	for _, argument := range node.Args {
		if callee == "append" {
			f.shared(argument)
		}
	}
	selector, ok := node.Fun.(*ast.SelectorExpr)
	// How deep a recursion is and which guard it was are no part of an answer.
	if callee == "support.Descend" || callee == "support.Decline" {
		return false
	}
	if !ok {
		return true
	}
	switch name := selector.Sel.Name; name {
	case "Keys", "Values", "Entries":
		f.offer("order", node, "backwards("+f.source(node)+")")
	case "New":
		f.class(selector.X)
	case "IsA":
		f.class(node.Args[0])
	case "Clone":
		if len(node.Args) == 1 && !f.joined() {
			f.offer("mutation", node, f.source(node.Args[0]))
		}
	}
	return true
}

// joined is true for a list whose texts are only joined.
func (f *finder) joined() bool {
	call, ok := f.parents[len(f.parents)-1].(*ast.CallExpr)
	return ok && f.source(call.Fun) == "strings.Join"
}

// matters is false where a wrong twin cannot be told: the sign of what is compared with zero, an index of a loop, one
// more than something.
func (f *finder) matters(callee, kind string, call *ast.CallExpr) bool {
	switch {
	case kind == "sign":
		above, ok := f.parents[len(f.parents)-1].(*ast.BinaryExpr)
		return !ok || above.X != call || f.source(above.Y) != "0" || above.Op != token.EQL && above.Op != token.NEQ
	// A divisor as written divides what is rounded once; bounds as written do not wrap.
	case callee == "support.DivideInt":
		_, literal := call.Args[1].(*ast.BasicLit)
		return !literal
	case callee == "support.Slice":
		return slices.ContainsFunc(call.Args[1:], func(bound ast.Expr) bool { return !written.MatchString(f.source(bound)) })
	case callee == "support.ShiftLeft" || callee == "support.Pow":
		return true
	case kind == "overflow" && len(call.Args) == 2:
		return !f.small(call.Args[0]) && !f.small(call.Args[1])
	case callee == "support.ItemAt" || callee == "support.PopAt" || callee == "support.DeleteAt":
		return f.free(call.Args[1])
	case callee == "support.IndexToStore":
		return f.free(call.Args[0])
	}
	return true
}

func (f *finder) small(node ast.Expr) bool {
	_, literal := node.(*ast.BasicLit)
	return literal || strings.Contains(f.source(node), "len(")
}

// free is true for an index that can be anything: a number as written, or what the caller gave.
func (f *finder) free(node ast.Expr) bool {
	if negative, ok := node.(*ast.UnaryExpr); ok {
		node = negative.X
	}
	_, literal := node.(*ast.BasicLit)
	return literal || slices.Contains(f.params, f.source(node))
}

func (f *finder) class(node ast.Expr) {
	other := "support.RuntimeError"
	if f.source(node) == other {
		other = "support.TypeError"
	}
	f.offer("exception", node, other)
}

// shared offers a copy of an object where Python has the object itself.
func (f *finder) shared(node ast.Expr) {
	if word, ok := node.(*ast.Ident); ok && word.Name != "true" && word.Name != "false" && word.Name != "nil" {
		f.offer("aliasing", node, "apart("+word.Name+")")
	}
}

func (f *finder) branch(node *ast.IfStmt) bool {
	plumbing := false
	if condition, ok := node.Cond.(*ast.BinaryExpr); ok && (isNil(condition.X) || isNil(condition.Y)) {
		plumbing = true
	}
	f.parents = append(f.parents, node)
	defer func() { f.parents = f.parents[:len(f.parents)-1] }()
	otherwise, ok := node.Else.(*ast.BlockStmt)
	switch {
	case ok:
		text := f.source(otherwise) + " else " + f.source(node.Body)
		f.replace("branch", node.Body.Pos(), otherwise.End(), text, "then, else", "else, then")
	case node.Else != nil:
	case plumbing && node.Init == nil:
		// The error of a call before: handing it on is no check of its own.
	case plumbing:
		f.dropped("check", node)
	case raises(f, node.Body):
		f.dropped("check", node)
	default:
		f.dropped("statement", node)
	}
	return true
}

// raises is true where a block ends in an exception.
func raises(f *finder, body *ast.BlockStmt) bool {
	text := strings.TrimSpace(f.source(body))
	last := text[strings.LastIndex(text, "return")+1:]
	return strings.Contains(text, "return") && (strings.Contains(last, ".New(") || strings.HasSuffix(last, "err\n}"))
}

func (f *finder) assign(node *ast.AssignStmt) {
	f.within(node, func() {
		if len(node.Rhs) == 1 && len(node.Lhs) == 1 {
			f.shared(node.Rhs[0])
		}
		if to, ok := swapped[node.Tok]; ok {
			end := node.TokPos + token.Pos(len(node.Tok.String()))
			f.replace(to[0], node.TokPos, end, to[1], node.Tok.String(), to[1])
		}
		if node.Tok != token.DEFINE && !f.inHead(node) {
			f.dropped("statement", node)
		}
	})
}

func (f *finder) step(node *ast.IncDecStmt) {
	if f.inHead(node) {
		return
	}
	f.within(node, func() {
		f.dropped("statement", node)
		if node.Tok == token.INC {
			f.offer("operator", node, f.source(node.X)+"--")
		}
	})
}

// inHead is true for what stands in the head of a loop or an if.
func (f *finder) inHead(node ast.Stmt) bool {
	for at := len(f.parents) - 1; at >= 0; at-- {
		switch parent := f.parents[at].(type) {
		case *ast.ForStmt:
			return parent.Init == node || parent.Post == node
		case *ast.IfStmt:
			return parent.Init == node
		case *ast.BlockStmt, *ast.CaseClause:
			return false
		}
	}
	return false
}

// calls finds the faults of the boundary: defaults, and results written wrongly.
func (f *finder) calls(file *ast.File) {
	ast.Inspect(file, func(node ast.Node) bool {
		literal, ok := node.(*ast.CompositeLit)
		if !ok {
			return true
		}
		name, run := "", (*ast.FuncLit)(nil)
		for _, element := range literal.Elts {
			pair, ok := element.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			switch fmt.Sprint(pair.Key) {
			case "Name":
				name, _ = strconv.Unquote(f.source(pair.Value))
			case "Run":
				run, _ = pair.Value.(*ast.FuncLit)
			}
		}
		if name == "" || run == nil {
			return true
		}
		f.enter(name, "", run.Type, run.Body)
		ast.Inspect(run.Body, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok {
				f.outside(name, call)
			}
			return true
		})
		return false
	})
}

func (f *finder) outside(name string, call *ast.CallExpr) {
	switch f.source(call.Fun) {
	case "support.ArgOr":
		f.within(call, func() {
			absent := call.Args[3]
			f.walk(absent)
			switch text := f.source(absent); {
			case strings.HasPrefix(text, "support.Option["):
				kind := strings.TrimSuffix(strings.TrimPrefix(text, "support.Option["), "]{}")
				f.offer("default", absent, "support.Some(*new("+kind+"))")
			case strings.HasPrefix(text, "[]") && strings.HasSuffix(text, "{}"):
				f.offer("default", absent, "make("+strings.TrimSuffix(text, "{}")+", 1)")
			}
		})
	case "support.ReturnShared":
		f.replace("aliasing", call.Fun.Pos(), call.Fun.End(), "support.Return", "support.ReturnShared", "support.Return")
		f.coded(name, call)
	case "support.Return":
		f.coded(name, call)
	}
}

func (f *finder) coded(name string, call *ast.CallExpr) {
	for _, coding := range f.Codings[name] {
		text := "support.ReturnCoded(" + strconv.Quote(coding.How) + ", "
		f.replace(coding.Kind, call.Fun.Pos(), call.Lparen+1, text, "the result", coding.How)
	}
}
