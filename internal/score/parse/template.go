package parse

// templateOrArgument tries the braces at the head as templates and arguments.
// The innermost come first: what is inside of five braces is an argument's name,
// and the argument is the start of a template's name.
func (t *tokenizer) templateOrArgument() {
	open, braces := t.head, 2
	t.head += 2
	for t.at(0) == '{' && braces < maxBraces {
		t.head++
		braces++
	}
	place, found := t.begin(), false
	// A stack between, for the depth that the reference counts.
	t.push(0)
	for braces > 0 {
		switch {
		case braces == 1:
			t.leaveBraces(place, span{open, open + 1}, found)
			return
		case braces >= 3 && t.braced(Argument, open+braces-3, place, found):
			braces -= 3
		case t.braced(Template, open+braces-2, place, found):
			braces -= 2
		default:
			t.leaveBraces(place, span{open, open + braces}, found)
			return
		}
		found = true
		if braces > 0 {
			t.head++
		}
	}
	t.pop()
	top := t.top()
	top.buffer = span{}
	// isSafe held the braces for text, as it cannot look ahead.
	top.context &^= failNext
}

// braced tries to find a template or an argument whose braces start at start.
// What was found in others between them and the head belongs to its name.
func (t *tokenizer) braced(kind Kind, start int, place site, found bool) bool {
	c := inArgumentName
	if kind == Template {
		c = inTemplateName
		if found {
			c |= hasTemplate
		}
	}
	reset := t.head
	if !t.parse(c) {
		t.head = reset
		return false
	}
	n := Node{Kind: kind, Start: uint32(start), End: uint32(t.head + 1)}
	n.split(t.popped().seam)
	if found {
		t.insert(place.slot, n)
	} else {
		*t.nodes.at(place.slot) = n
	}
	t.nodes.at(place.slot).width = uint32(t.nodes.n - place.slot)
	return true
}

// leaveBraces takes braces that nothing closes for text, and goes on behind what
// was found in others between them and the head.
func (t *tokenizer) leaveBraces(place site, text span, found bool) {
	t.pop()
	if found {
		t.precede(place, text)
		t.top().buffer = span{}
	} else {
		t.cancel(place)
		t.top().buffer.add(text)
	}
	t.head--
}

// templateParam handles the '|' before a template's parameter. The parameter's
// key gets a stack of its own, which is dropped with the template's.
func (t *tokenizer) templateParam() bool {
	if t.top().context&inTemplateName != 0 {
		if t.top().context&(hasText|hasTemplate) == 0 {
			t.fail()
			return false
		}
		t.top().context ^= inTemplateName
	} else if t.top().context&inTemplateValue != 0 {
		t.top().context ^= inTemplateValue
	}
	if t.top().context&inTemplateKey != 0 {
		t.pop()
	} else {
		t.top().context |= inTemplateKey
	}
	t.separate()
	t.push(t.top().context)
	return true
}

// templateParamValue handles the '=' between a parameter's name and value. Later
// ones are text: the context says that a value has begun.
func (t *tokenizer) templateParamValue() {
	t.pop()
	t.flush()
	t.top().context ^= inTemplateKey | inTemplateValue
}

// templateEnd handles the braces that end a template, which fails if it has no
// name: "{{}}" and "{{|a}}" are text.
func (t *tokenizer) templateEnd() state {
	switch c := t.top().context; {
	case c&inTemplateName != 0:
		if c&(hasText|hasTemplate) == 0 {
			t.fail()
			return lost
		}
	case c&inTemplateKey != 0:
		t.pop()
	}
	t.head++
	t.pop()
	return closed
}
