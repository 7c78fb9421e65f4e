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
	hasContent := false
	// A stack between, so that what the first braces yield can be put in front
	// of the rest, and what stood before them is not.
	t.push(0)
	for braces > 0 {
		switch {
		case braces == 1:
			t.emitTextThenStack(open, open+1)
			return
		case braces >= 3 && t.argument(open+braces-3):
			braces -= 3
		case t.template(open+braces-2, hasContent):
			braces -= 2
		default:
			t.emitTextThenStack(open, open+braces)
			return
		}
		if braces > 0 {
			hasContent = true
			t.head++
		}
	}
	t.emitAll(t.pop())
	// isSafe held the braces for text, as it cannot look ahead.
	t.top().context &^= failNext
}

// template tries to find a template whose braces start at start. What the top
// stack has belongs to its name.
func (t *tokenizer) template(start int, hasContent bool) bool {
	c := inTemplateName
	if hasContent {
		c |= hasTemplate
	}
	return t.braced(Template, start, c)
}

// argument does the same for an argument.
func (t *tokenizer) argument(start int) bool { return t.braced(Argument, start, inArgumentName) }

func (t *tokenizer) braced(kind Kind, start int, c context) bool {
	reset := t.head
	tokens, ok := t.parse(c)
	if !ok {
		t.head = reset
		return false
	}
	t.emitFirst(token{kind: tokenOpen, node: kind, start: uint32(start)})
	t.emitAll(tokens)
	t.emitClose()
	return true
}

// emitClose ends a node with the byte at the head.
func (t *tokenizer) emitClose() { t.emit(token{kind: tokenClose, end: uint32(t.head + 1)}) }

// emitSeparator makes the bytes from start to end the seam of a node.
func (t *tokenizer) emitSeparator(start, end int) {
	t.emit(token{kind: tokenSeparator, start: uint32(start), end: uint32(end)})
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
		t.emitAll(t.pop())
	} else {
		t.top().context |= inTemplateKey
	}
	t.emitSeparator(t.head, t.head+1)
	t.push(t.top().context)
	return true
}

// templateParamValue handles the '=' between a parameter's name and value. Later
// ones are text: the context says that a value has begun.
func (t *tokenizer) templateParamValue() {
	t.emitAll(t.pop())
	top := t.top()
	top.context ^= inTemplateKey
	top.context |= inTemplateValue
	top.flush()
}

// templateEnd handles the braces that end a template, which fails if it has no
// name: "{{}}" and "{{|a}}" are text.
func (t *tokenizer) templateEnd() ([]token, state) {
	switch c := t.top().context; {
	case c&inTemplateName != 0:
		if c&(hasText|hasTemplate) == 0 {
			t.fail()
			return nil, lost
		}
	case c&inTemplateKey != 0:
		t.emitAll(t.pop())
	}
	t.head++
	return t.pop(), closed
}

// argumentSeparator handles the '|' between an argument's name and default.
func (t *tokenizer) argumentSeparator() {
	top := t.top()
	top.context ^= inArgumentName
	top.context |= inArgumentDefault
	t.emitSeparator(t.head, t.head+1)
}
