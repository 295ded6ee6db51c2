package support

import (
	"errors"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// BigInt is a JSON integer beyond 64 bits, as it was written.
type BigInt string

// deepestJSON is how deep values may be nested.
const deepestJSON = 128

// JSON data is nil, bool, int64, BigInt, float64, string, []any or *Dict[string, any].

var (
	errJSON      = errors.New("not JSON")
	errDeep      = errors.New("depth")
	errSurrogate = errors.New("surrogate")
)

// ParseJSON reads JSON as Python's json.loads does; what it has read so far comes with an error.
func ParseJSON(text []byte) (any, error) {
	p := parser{text: text}
	p.space()
	value := p.value(0)
	p.space()
	if p.err == nil && p.at != len(p.text) {
		p.err = errJSON
	}
	if p.err == nil && p.lone {
		p.err = errSurrogate
	}
	return value, p.err
}

type parser struct {
	text []byte
	at   int
	// lone is true once half of a surrogate pair was read.
	lone bool
	err  error
}

func (p *parser) fail() {
	if p.err == nil {
		p.err = errJSON
	}
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) word(word string, value any) any {
	if len(p.text)-p.at < len(word) || string(p.text[p.at:p.at+len(word)]) != word {
		p.fail()
		return nil
	}
	p.at += len(word)
	return value
}

func (p *parser) value(depth int) any {
	if depth > deepestJSON {
		p.err = errDeep
		return nil
	}
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.string()
	case c == 't':
		return p.word("true", true)
	case c == 'f':
		return p.word("false", false)
	case c == 'n':
		return p.word("null", nil)
	case c == 'N':
		return p.word("NaN", math.NaN())
	case c == 'I':
		return p.word("Infinity", math.Inf(1))
	case c == '-' && p.at+1 < len(p.text) && p.text[p.at+1] == 'I':
		return p.word("-Infinity", math.Inf(-1))
	case c == '-' || isDigit(c):
		return p.number()
	}
	p.fail()
	return nil
}

func (p *parser) object(depth int) any {
	object := NewDict[string, any]()
	p.at++
	p.space()
	if p.peek() == '}' {
		p.at++
		return object
	}
	for p.err == nil {
		p.space()
		if p.peek() != '"' {
			p.fail()
			break
		}
		key := p.string()
		p.space()
		if p.err != nil || p.peek() != ':' {
			p.fail()
			break
		}
		p.at++
		p.space()
		value := p.value(depth + 1)
		if p.err != nil {
			break
		}
		object.Set(key, value)
		p.space()
		switch p.peek() {
		case ',':
			p.at++
		case '}':
			p.at++
			return object
		default:
			p.fail()
		}
	}
	return object
}

func (p *parser) array(depth int) any {
	items := []any{}
	p.at++
	p.space()
	if p.peek() == ']' {
		p.at++
		return items
	}
	for p.err == nil {
		p.space()
		items = append(items, p.value(depth+1))
		p.space()
		switch p.peek() {
		case ',':
			p.at++
		case ']':
			p.at++
			return items
		default:
			p.fail()
		}
	}
	return items
}

func (p *parser) number() any {
	start := p.at
	float := false
	if p.peek() == '-' {
		p.at++
	}
	if p.peek() == '0' {
		p.at++
	} else if !p.digits() {
		p.fail()
		return nil
	}
	if p.peek() == '.' && p.at+1 < len(p.text) && isDigit(p.text[p.at+1]) {
		float = true
		p.at++
		p.digits()
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		float = true
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if !p.digits() {
			p.fail()
			return nil
		}
	}
	text := string(p.text[start:p.at])
	if float {
		value, _ := strconv.ParseFloat(text, 64)
		return value
	}
	if value, err := strconv.ParseInt(text, 10, 64); err == nil {
		return value
	}
	return BigInt(text)
}

func (p *parser) digits() bool {
	start := p.at
	for isDigit(p.peek()) {
		p.at++
	}
	return p.at > start
}

func (p *parser) string() string {
	p.at++
	start := p.at
	for p.at < len(p.text) && p.text[p.at] != '"' && p.text[p.at] != '\\' && p.text[p.at] >= ' ' {
		p.at++
	}
	if p.peek() == '"' {
		text := string(p.text[start:p.at])
		p.at++
		if !utf8.ValidString(text) {
			p.lone = true
		}
		return text
	}
	out := append([]byte(nil), p.text[start:p.at]...)
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		switch {
		case c == '"':
			if !utf8.Valid(out) {
				p.lone = true
			}
			return string(out)
		case c == '\\':
			out = p.escaped(out)
		case c < ' ':
			p.fail()
			return ""
		default:
			out = append(out, c)
		}
	}
	p.fail()
	return ""
}

func (p *parser) escaped(out []byte) []byte {
	c := p.peek()
	p.at++
	switch c {
	case '"', '\\', '/':
		return append(out, c)
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'u':
		r := p.hex()
		if utf16.IsSurrogate(r) {
			if p.at+1 < len(p.text) && p.text[p.at] == '\\' && p.text[p.at+1] == 'u' {
				back := p.at
				p.at += 2
				if pair := utf16.DecodeRune(r, p.hex()); pair != utf8.RuneError {
					return utf8.AppendRune(out, pair)
				}
				p.at = back
			}
			p.lone = true
		}
		return utf8.AppendRune(out, r)
	}
	p.fail()
	return out
}

func (p *parser) hex() rune {
	if p.at+4 > len(p.text) {
		p.fail()
		return 0
	}
	code, err := strconv.ParseUint(string(p.text[p.at:p.at+4]), 16, 32)
	if err != nil {
		p.fail()
	}
	p.at += 4
	return rune(code)
}

func isDigit(b byte) bool {
	return '0' <= b && b <= '9'
}

const hexDigits = "0123456789abcdef"

// AppendText writes a JSON string; ascii escapes everything else.
func AppendText(out []byte, text string, ascii bool) []byte {
	out = append(out, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r == '\n':
			out = append(out, '\\', 'n')
		case r == '\r':
			out = append(out, '\\', 'r')
		case r == '\t':
			out = append(out, '\\', 't')
		case r == '\b':
			out = append(out, '\\', 'b')
		case r == '\f':
			out = append(out, '\\', 'f')
		case r < ' ':
			out = appendUnit(out, uint16(r))
		case r < 0x7F || r == 0x7F || !ascii:
			out = utf8.AppendRune(out, r)
		case r < 0x10000:
			out = appendUnit(out, uint16(r))
		default:
			high, low := utf16.EncodeRune(r)
			out = appendUnit(appendUnit(out, uint16(high)), uint16(low))
		}
	}
	return append(out, '"')
}

func appendUnit(out []byte, unit uint16) []byte {
	return append(out, '\\', 'u', hexDigits[unit>>12], hexDigits[unit>>8&15], hexDigits[unit>>4&15], hexDigits[unit&15])
}
