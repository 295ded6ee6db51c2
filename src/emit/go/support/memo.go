package support

import "sync"

// Memo keeps what a pure function gave, by its arguments: functools.lru_cache.
type Memo[K comparable, V any] struct {
	lock sync.Mutex
	most int
	// young has the results asked for since it was last full, old those before.
	young, old map[K]V
}

// NewMemo returns a table of at least the results that were asked for last, so many of them, and at most twice as
// many; of all results where the number is zero.
func NewMemo[K comparable, V any](most int) *Memo[K, V] {
	return &Memo[K, V]{most: most, young: map[K]V{}}
}

func (m *Memo[K, V]) find(key K) (V, bool) {
	m.lock.Lock()
	defer m.lock.Unlock()
	value, known := m.young[key]
	if !known {
		if value, known = m.old[key]; known {
			m.keep(key, value)
		}
	}
	return value, known
}

func (m *Memo[K, V]) keep(key K, value V) {
	if m.most > 0 && len(m.young) >= m.most {
		m.old, m.young = m.young, make(map[K]V, m.most)
	}
	m.young[key] = value
}

func (m *Memo[K, V]) learn(key K, value V) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.keep(key, value)
}

// Recall returns what is known for the key, or else what is computed, which is known from then on.
func (m *Memo[K, V]) Recall(key K, compute func() V) V {
	if value, known := m.find(key); known {
		return value
	}
	value := compute()
	m.learn(key, value)
	return value
}

// TryRecall is Recall of what may fail; an error is not kept.
func (m *Memo[K, V]) TryRecall(key K, compute func() (V, error)) (V, error) {
	if value, known := m.find(key); known {
		return value, nil
	}
	value, err := compute()
	if err == nil {
		m.learn(key, value)
	}
	return value, err
}
