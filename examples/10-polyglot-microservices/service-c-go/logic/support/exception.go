package support

// Class is a class of exceptions; two classes are the same where they are the same pointer.
type Class struct {
	// Name is the Python name.
	Name string
	base *Class
}

// NewClass returns a class that derives from a base.
func NewClass(name string, base *Class) *Class {
	return &Class{Name: name, base: base}
}

// IsA reports whether the class is the other one or derives from it.
func (c *Class) IsA(other *Class) bool {
	for ; c != nil; c = c.base {
		if c == other {
			return true
		}
	}
	return false
}

// New returns an exception of the class.
func (c *Class) New(message string) *Exception {
	return &Exception{Class: c, Message: message}
}

// Exception is a Python exception on its way.
type Exception struct {
	// Class is its class.
	Class *Class
	// Message is what str(exception) gives.
	Message    string
	attributes map[string]any
}

// With returns the exception with a field, whose value never changes.
func (e *Exception) With(name string, value any) *Exception {
	if e.attributes == nil {
		e.attributes = map[string]any{}
	}
	e.attributes[name] = value
	return e
}

// AttributeOf returns a field of an exception whose class sets it.
func AttributeOf[T any](e *Exception, name string) T {
	value, ok := e.attributes[name].(T)
	if !ok {
		Decline("attribute")
	}
	return value
}

// Error returns the class and the message.
func (e *Exception) Error() string {
	return e.Class.Name + ": " + e.Message
}

// Caught returns the exception that an error is.
func Caught(err error) *Exception {
	if exception, ok := err.(*Exception); ok {
		return exception
	}
	return SystemError.New(err.Error())
}

// Proven returns the value of something that was proven not to raise, and declines should the proof be wrong.
func Proven[T any](value T, err error) T {
	if err != nil {
		Decline("unexpected_exception")
	}
	return value
}

// Python's own exception classes.
var (
	BaseException       = NewClass("BaseException", nil)
	ExceptionClass      = NewClass("Exception", BaseException)
	ArithmeticError     = NewClass("ArithmeticError", ExceptionClass)
	OverflowError       = NewClass("OverflowError", ArithmeticError)
	ZeroDivisionError   = NewClass("ZeroDivisionError", ArithmeticError)
	AssertionError      = NewClass("AssertionError", ExceptionClass)
	AttributeError      = NewClass("AttributeError", ExceptionClass)
	BufferError         = NewClass("BufferError", ExceptionClass)
	EOFError            = NewClass("EOFError", ExceptionClass)
	ImportError         = NewClass("ImportError", ExceptionClass)
	LookupError         = NewClass("LookupError", ExceptionClass)
	IndexError          = NewClass("IndexError", LookupError)
	KeyError            = NewClass("KeyError", LookupError)
	MemoryError         = NewClass("MemoryError", ExceptionClass)
	NameError           = NewClass("NameError", ExceptionClass)
	UnboundLocalError   = NewClass("UnboundLocalError", NameError)
	OSError             = NewClass("OSError", ExceptionClass)
	ConnectionError     = NewClass("ConnectionError", OSError)
	FileExistsError     = NewClass("FileExistsError", OSError)
	FileNotFoundError   = NewClass("FileNotFoundError", OSError)
	PermissionError     = NewClass("PermissionError", OSError)
	TimeoutError        = NewClass("TimeoutError", OSError)
	RuntimeError        = NewClass("RuntimeError", ExceptionClass)
	NotImplementedError = NewClass("NotImplementedError", RuntimeError)
	RecursionError      = NewClass("RecursionError", RuntimeError)
	StopIteration       = NewClass("StopIteration", ExceptionClass)
	SyntaxError         = NewClass("SyntaxError", ExceptionClass)
	SystemError         = NewClass("SystemError", ExceptionClass)
	TypeError           = NewClass("TypeError", ExceptionClass)
	ValueError          = NewClass("ValueError", ExceptionClass)
	UnicodeError        = NewClass("UnicodeError", ValueError)
	UnicodeDecodeError  = NewClass("UnicodeDecodeError", UnicodeError)
	UnicodeEncodeError  = NewClass("UnicodeEncodeError", UnicodeError)
)
