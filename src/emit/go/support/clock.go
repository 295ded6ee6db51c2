package support

import (
	"os"
	"strconv"
	"sync"
	"time"
)

// clock is the time of day, or where PIVOT_CLOCK says so one that starts there and ticks once a reading. It can write
// down its readings and give them again, for a call that is repeated.
var clock = newClock()

type timer struct {
	lock       sync.Mutex
	fixed      bool
	start, now float64
	// noted has the readings since note was called.
	noted []float64
	notes bool
	// given are readings to give again before new ones.
	given []float64
}

func newClock() *timer {
	start, err := strconv.ParseFloat(os.Getenv("PIVOT_CLOCK"), 64)
	return &timer{fixed: err == nil, start: start, now: start}
}

// move sets a fixed clock.
func (c *timer) move(change func(c *timer) float64) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.now = change(c)
}

// note starts to write readings down.
func (c *timer) note() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.noted, c.notes = nil, true
}

// taken ends writing down and returns the readings.
func (c *timer) taken() []float64 {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.notes = false
	return c.noted
}

// give makes the next readings be these.
func (c *timer) give(readings []float64) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.given = readings
}

func (c *timer) read() float64 {
	c.lock.Lock()
	defer c.lock.Unlock()
	if len(c.given) > 0 {
		now := c.given[0]
		c.given = c.given[1:]
		return now
	}
	now := c.now
	if c.fixed {
		c.now += 1.0 / 1024
	} else {
		moment := time.Now()
		now = float64(moment.Unix()) + float64(moment.Nanosecond())/1e9
	}
	if c.notes {
		c.noted = append(c.noted, now)
	}
	return now
}

// Now returns time.time().
func Now() float64 {
	return clock.read()
}
