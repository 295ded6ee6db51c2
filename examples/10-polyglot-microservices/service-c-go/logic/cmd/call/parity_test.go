package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// clock is where the clock began when the answers were written.
const clock = "PIVOT_CLOCK=1700000000"

// serves tells this program to be the command call instead of its test: the clock begins where a process begins.
const serves = "PIVOT_PARITY_SERVES=1"

func TestMain(m *testing.M) {
	if os.Getenv("PIVOT_PARITY_SERVES") != "" {
		os.Args = []string{os.Args[0], "--exact"}
		main()
		return
	}
	os.Exit(m.Run())
}

// TestParity replays the calls of parity/: every answer must be the one that is written there. It takes no Python.
//
// Lines come in pairs, what is asked and what has to be answered; a request with the number 1 begins a new case. The
// elements of a set may come in any order.
func TestParity(t *testing.T) {
	paths, err := filepath.Glob("../../../parity/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if filepath.Base(path) != "recorded-calls.jsonl" {
			replay(t, path)
		}
	}
}

func replay(t *testing.T, path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	var asked strings.Builder
	for at := 0; at < len(lines); at += 2 {
		asked.WriteString(lines[at] + "\n")
	}
	call := exec.Command(os.Args[0])
	call.Env = append(os.Environ(), clock, serves)
	call.Stdin = strings.NewReader(asked.String())
	var out bytes.Buffer
	call.Stdout, call.Stderr = &out, os.Stderr
	if err := call.Run(); err != nil {
		t.Errorf("%s: call ended early: %v", path, err)
	}
	answers := strings.Split(out.String(), "\n")
	for at := 0; at+1 < len(lines); at += 2 {
		answer := "nothing"
		if at/2 < len(answers) {
			answer = answers[at/2]
		}
		expected := lines[at+1]
		if answer != expected && (!strings.Contains(expected, `set":`) || withoutOrder(answer) != withoutOrder(expected)) {
			t.Errorf("%s:%d\n  %s\n- %s\n+ %s", path, at+1, lines[at], lines[at+1], answer)
		}
	}
}

// withoutOrder is an answer with the elements of its sets in order of their text.
func withoutOrder(answer string) string {
	decoder := json.NewDecoder(strings.NewReader(answer))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return answer
	}
	return sortedText(value)
}

func sortedText(value any) string {
	switch value := value.(type) {
	case []any:
		return "[" + strings.Join(texts(value), ",") + "]"
	case map[string]any:
		var fields []string
		for name, inner := range value {
			text := sortedText(inner)
			if items, ok := inner.([]any); ok && (name == "$set" || name == "$frozenset") {
				sorted := texts(items)
				sort.Strings(sorted)
				text = "[" + strings.Join(sorted, ",") + "]"
			}
			fields = append(fields, name+":"+text)
		}
		sort.Strings(fields)
		return strings.Join([]string{"object(", ")"}, strings.Join(fields, ","))
	default:
		text, err := json.Marshal(value)
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
}

func texts(values []any) []string {
	all := make([]string, len(values))
	for at, value := range values {
		all[at] = sortedText(value)
	}
	return all
}
