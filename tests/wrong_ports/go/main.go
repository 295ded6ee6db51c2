// Command wrong-port is a port of original.py as it is written in a hurry: every function but plain has one mistake.
//
// What does not fit a signature is declined, so that nothing differs but the mistakes; --decline declines everything.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
)

var params = map[string][]string{
	"total": {"xs"}, "halves": {"n"}, "weekday": {"day"}, "nearest": {"x"}, "cents": {"price"}, "letters": {"text"},
	"initial": {"text"}, "tally": {"words"}, "doubled": {"xs"}, "ends": {"xs"}, "factorial": {"n"},
	"find": {"xs", "n"}, "size": {"words"}, "scaled": {"x"}, "shown": {"x"}, "last": {"xs"}, "positive": {"n"},
	"number": {"text"}, "plain": {"flag", "text"},
}

type raised struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

type request struct {
	ID       json.RawMessage            `json:"id"`
	Function *string                    `json:"function"`
	Args     []json.RawMessage          `json:"args"`
	Kwargs   map[string]json.RawMessage `json:"kwargs"`
}

func total(xs []int64) int32 {
	var sum int32
	for _, x := range xs {
		sum += int32(x)
	}
	return sum
}

func tally(words []string) map[string]int {
	found := map[string]int{}
	for _, word := range words {
		found[word]++
	}
	return found
}

func doubled(xs []int64) int {
	ys := slices.Clone(xs)
	ys = append(ys, xs...)
	return len(ys)
}

func factorial(n int64) int64 {
	result := int64(1)
	for i := int64(2); i < (n%30+30)%30; i++ {
		result *= i
	}
	return result
}

func find(xs []int64, n int64) int {
	return max(0, slices.Index(xs, n))
}

func last(xs []int64) int64 {
	if len(xs) == 0 {
		return 0
	}
	return xs[len(xs)-1]
}

// answer gives the result of a call, or what it raises; false declines.
func answer(name string, args []json.RawMessage) (any, bool) {
	var xs []int64
	var n int64
	var x float64
	var text string
	var words []string
	var flag bool
	read := func(index int, into any) bool {
		return string(args[index]) != "null" && json.Unmarshal(args[index], into) == nil
	}
	switch name {
	case "total":
		ok := read(0, &xs)
		return total(xs), ok
	case "halves":
		ok := read(0, &n)
		return n / 2, ok
	case "weekday":
		ok := read(0, &n)
		return n % 7, ok
	case "nearest":
		ok := read(0, &x)
		return int64(math.Round(x)), ok && math.Abs(x) < 1e15
	case "cents":
		ok := read(0, &x)
		return json.RawMessage(float(math.Round(x*100) / 100)), ok && math.Abs(x) < 1e12
	case "letters":
		ok := read(0, &text)
		return len(text), ok
	case "initial":
		ok := read(0, &text)
		return strings.ToValidUTF8(text[:min(1, len(text))], "\uFFFD"), ok
	case "tally":
		ok := read(0, &words)
		return tally(words), ok
	case "doubled":
		ok := read(0, &xs)
		return doubled(xs), ok
	case "ends":
		ok := read(0, &xs) && len(xs) > 0
		return []int64{last(xs[:min(1, len(xs))]), last(xs)}, ok
	case "factorial":
		ok := read(0, &n)
		return factorial(n), ok
	case "find":
		ok := read(0, &xs) && read(1, &n)
		return find(xs, n), ok
	case "size":
		ok := read(0, &words)
		return json.RawMessage(float(float64(len(words)))), ok
	case "scaled":
		ok := read(0, &x)
		return x * 2, ok && math.Abs(x) < 1e20
	case "shown":
		ok := read(0, &x)
		return fmt.Sprint(x), ok
	case "last":
		ok := read(0, &xs)
		return last(xs), ok
	case "positive":
		ok := read(0, &n)
		if n <= 0 {
			return raised{"ValueError", fmt.Sprintf("Not positive: %d", n)}, ok
		}
		return n, ok
	case "number":
		ok := read(0, &text)
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return raised{"NumError", err.Error()}, ok
		}
		return n, ok
	case "plain":
		ok := read(0, &flag) && read(1, &text)
		if !flag {
			text = ""
		}
		return text, ok
	}
	return nil, false
}

// float writes a float so that it reads as one.
func float(x float64) string {
	text := strconv.FormatFloat(x, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// bound puts the arguments by position; false where they do not fit.
func bound(request request) ([]json.RawMessage, bool) {
	names, known := params[*request.Function]
	args := request.Args
	if !known || len(args)+len(request.Kwargs) != len(names) {
		return nil, false
	}
	for _, name := range names[len(args):] {
		value, given := request.Kwargs[name]
		if !given {
			return nil, false
		}
		args = append(args, value)
	}
	return args, true
}

func reply(request request, declines bool) (string, any) {
	declined := map[string]string{"kind": "type", "at": "original.py:1:1"}
	if request.Function == nil {
		return "ok", nil
	}
	args, fits := bound(request)
	if !fits || declines {
		return "guard", declined
	}
	value, ok := answer(*request.Function, args)
	if !ok {
		return "guard", declined
	}
	if exception, is := value.(raised); is {
		return "error", exception
	}
	return "ok", value
}

func main() {
	declines := slices.Contains(os.Args, "--decline")
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked request
		if json.Unmarshal(line, &asked) != nil {
			continue
		}
		word, value := reply(asked, declines)
		written, err := json.Marshal(value)
		if err != nil {
			word, written = "guard", []byte(`{"kind":"type","at":""}`)
		}
		fmt.Printf("{\"id\":%s,%q:%s}\n", asked.ID, word, written)
	}
}
