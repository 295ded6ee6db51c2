package support

import (
	"os"
	"strings"
	"sync"
)

// console is where ConsolePrint writes: standard output, or what is listened to.
var console speaker

type speaker struct {
	lock    sync.Mutex
	listens bool
	said    strings.Builder
}

// ConsolePrint writes a text as it is.
func ConsolePrint(text string) {
	console.lock.Lock()
	defer console.lock.Unlock()
	if console.listens {
		console.said.WriteString(text)
		return
	}
	// Nobody reads what a closed output was to show.
	_, _ = os.Stdout.WriteString(text)
}

// listen keeps what is printed from here on, and returns how to end that and what was printed before.
func (s *speaker) listen() func() string {
	s.lock.Lock()
	defer s.lock.Unlock()
	listened, before := s.listens, s.said.String()
	s.listens = true
	s.said.Reset()
	return func() string {
		s.lock.Lock()
		defer s.lock.Unlock()
		said := s.said.String()
		s.listens = listened
		s.said.Reset()
		s.said.WriteString(before)
		return said
	}
}
