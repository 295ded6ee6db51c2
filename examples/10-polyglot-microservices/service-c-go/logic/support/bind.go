package support

import "strings"

// bind gives arguments to parameters as Python does; the text is a TypeError's message. Without a list of positional
// arguments all are given by name, those of a Rest too.
func bind(c *Call, name string, method bool, params []Param, args []any, kwargs *Dict[string, any]) string {
	c.given = make([]any, len(params))
	c.present = make([]bool, len(params))
	c.labels = make([]string, len(params))
	c.values = make([]any, len(params))
	positional, rest := 0, -1
	for i, param := range params {
		switch {
		case param.Rest:
			rest = i
		case !param.KeywordOnly:
			positional++
		}
	}
	for i, arg := range args[:min(len(args), positional)] {
		c.give(i, arg, IntText(int64(i)))
	}
	for _, entry := range kwargs.Entries() {
		index := indexOfParam(params, entry.Key)
		if index >= 0 && params[index].PositionalOnly {
			return name + "() got some positional-only arguments passed as keyword arguments: '" + entry.Key + "'"
		}
		if index < 0 || index == rest && args != nil {
			return name + "() got an unexpected keyword argument '" + entry.Key + "'"
		}
		if c.present[index] {
			return name + "() got multiple values for argument '" + entry.Key + "'"
		}
		c.give(index, entry.Value, entry.Key)
	}
	if rest >= 0 && !c.present[rest] {
		left := []any{}
		if len(args) > positional {
			left = args[positional:]
		}
		c.give(rest, left, IntText(int64(positional)))
	}
	for i, param := range params {
		if param.Fresh && c.given[i] == nil {
			c.present[i] = false
		}
	}
	if len(args) > positional && rest < 0 {
		return c.tooMany(name, method, params, positional, len(args))
	}
	if problem := c.missing(name, params, false); problem != "" {
		return problem
	}
	return c.missing(name, params, true)
}

func (c *Call) give(index int, value any, label string) {
	c.given[index], c.present[index], c.labels[index] = value, true, label
}

func indexOfParam(params []Param, name string) int {
	for i, param := range params {
		if param.Name == name {
			return i
		}
	}
	return -1
}

func (c *Call) tooMany(name string, method bool, params []Param, positional, given int) string {
	self := 0
	if method {
		self = 1
	}
	least, keywords := positional, 0
	for i, param := range params {
		if param.Optional && !param.KeywordOnly {
			least--
		}
		if param.KeywordOnly && c.present[i] {
			keywords++
		}
	}
	takes := IntText(int64(positional + self))
	if least != positional {
		takes = "from " + IntText(int64(least+self)) + " to " + takes
	}
	given += self
	was := " were given"
	switch {
	case keywords > 0:
		was = " positional argument" + plural(given) + " (and " + IntText(int64(keywords)) + " keyword-only argument" +
			plural(keywords) + ") were given"
	case given == 1:
		was = " was given"
	}
	count := positional + self
	if least != positional {
		count = 2
	}
	return name + "() takes " + takes + " positional argument" + plural(count) + " but " + IntText(int64(given)) + was
}

func plural(count int) string {
	if count == 1 {
		return ""
	}
	return "s"
}

// missing names the parameters of a kind that have neither value nor default.
func (c *Call) missing(name string, params []Param, keywordOnly bool) string {
	var names []string
	for i, param := range params {
		if !c.present[i] && !param.Optional && param.KeywordOnly == keywordOnly {
			names = append(names, "'"+param.Name+"'")
		}
	}
	if len(names) == 0 {
		return ""
	}
	kind := "positional"
	if keywordOnly {
		kind = "keyword-only"
	}
	list := names[0]
	switch count := len(names); {
	case count == 2:
		list = names[0] + " and " + names[1]
	case count > 2:
		list = strings.Join(names[:count-1], ", ") + ", and " + names[count-1]
	}
	return name + "() missing " + IntText(int64(len(names))) + " required " + kind + " argument" + plural(len(names)) + ": " + list
}
