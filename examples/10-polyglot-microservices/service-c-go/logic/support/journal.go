package support

// journal is how a session goes back to where it was before a call that declined: a copy of the state from a while ago,
// and the calls since then, which are repeated on it. So a call costs nothing but a note, and a copy is made rarely.
type journal[S any] struct {
	// needed is false where no call that changes something can decline.
	needed bool
	copied bool
	state  S
	kept   map[string]any
	steps  []pastCall
}

// pastCall is a call that went well, or ended in an exception, and what the clock said to it.
type pastCall struct {
	repeat   func()
	readings []float64
}

// longestJournal is how many calls are repeated at most.
const longestJournal = 512

func newJournal[S any](module *Module[S]) *journal[S] {
	return &journal[S]{needed: guarded(module)}
}

func guarded[S any](module *Module[S]) bool {
	tables := []map[string]*Callable[S]{module.Functions, module.Constructors}
	for _, methods := range module.Methods {
		tables = append(tables, methods)
	}
	for _, table := range tables {
		for _, callable := range table {
			if callable.Guards {
				return true
			}
		}
	}
	for _, handler := range module.Handlers {
		if handler.Guards {
			return true
		}
	}
	return false
}

// begin notes where a call starts.
func (j *journal[S]) begin(s *Session[S]) {
	if !j.needed {
		return
	}
	if !j.copied || len(j.steps) >= longestJournal {
		j.state, j.kept = copyOf(s.module, s.state, s.kept)
		j.copied, j.steps = true, nil
	}
	clock.note()
}

// end notes a call that did not decline.
func (j *journal[S]) end(_ *Session[S], repeat func()) {
	if j.needed {
		j.steps = append(j.steps, pastCall{repeat: repeat, readings: clock.taken()})
	}
}

// undo puts the session back to where the call began.
func (j *journal[S]) undo(s *Session[S]) {
	if !j.needed {
		return
	}
	clock.taken()
	// What is repeated has been printed.
	defer console.listen()()
	s.state, s.kept = copyOf(s.module, j.state, j.kept)
	for _, step := range j.steps {
		clock.give(step.readings)
		step.repeat()
	}
	clock.give(nil)
}

func copyOf[S any](module *Module[S], state S, kept map[string]any) (S, map[string]any) {
	cloner := &Cloner{seen: map[any]any{}}
	copied := make(map[string]any, len(kept))
	for name, object := range kept {
		copied[name] = module.CloneObject(cloner, object)
	}
	return module.Clone(cloner, state), copied
}
