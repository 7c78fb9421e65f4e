package parse

// build makes nodes of tokens, in the order of Wikicode.filter(): each node
// before those inside it.
func build(tokens []token) ([]Node, error) {
	b := builder{nodes: make([]Node, 0, nodeCount(tokens))}
	for _, k := range tokens {
		if !b.add(k) {
			return nil, ErrRejected
		}
	}
	if len(b.open) > 0 {
		return nil, ErrRejected
	}
	return b.nodes, nil
}

func nodeCount(tokens []token) int {
	n := 0
	for _, k := range tokens {
		if k.kind <= tokenOpen {
			n++
		}
	}
	return n
}

type builder struct {
	nodes []Node
	open  []uint32 // the nodes that the next token is inside of
}

// add adds a token; false if no node has it there.
func (b *builder) add(k token) bool {
	var top *Node
	if n := len(b.open); n > 0 {
		top = &b.nodes[b.open[n-1]]
	}
	switch k.kind {
	case tokenText:
		if top != nil && top.Kind == Tag && top.tag == markupNone && top.seam == 0 {
			top.seam = k.end // of its name
		}
		b.nodes = append(b.nodes, Node{Kind: Text, Start: k.start, End: k.end, next: uint32(len(b.nodes) + 1)})
		return true
	case tokenWhole:
		b.nodes = append(b.nodes, Node{Kind: k.node, tag: k.tag, self: true, Start: k.start, End: k.end, next: uint32(len(b.nodes) + 1)})
		return true
	case tokenOpen:
		b.open = append(b.open, uint32(len(b.nodes)))
		b.nodes = append(b.nodes, Node{Kind: k.node, tag: k.tag, size: k.size, Start: k.start, body: k.start + uint32(k.size)})
		return true
	}
	if top == nil {
		return false
	}
	switch k.kind {
	case tokenSeparator:
		// The first ends a template's name; its parameters need no ranges.
		if top.seam == 0 {
			top.seam, top.body = k.start, k.end
		}
	case tokenBody:
		top.body = k.end
	case tokenEnd:
		top.bodyEnd = k.start
	case tokenSelf, tokenClose:
		top.self = k.kind == tokenSelf
		top.End = k.end
		top.close(uint32(len(b.nodes)))
		b.open = b.open[:len(b.open)-1]
	}
	return true
}

// close sets what follows from the end of a node: where its content ends, before
// the markup that closes it, and which node comes after those inside it.
func (n *Node) close(next uint32) {
	n.next = next
	tail := uint32(0)
	switch n.Kind {
	case Template, Wikilink:
		tail = 2
	case Argument:
		tail = 3
	case ExternalLink, Heading:
		tail = uint32(n.size)
	case Tag:
		switch n.tag {
		case markupNone:
			return // tokenEnd has set it
		case markupItalics, markupBold, markupTable:
			tail = uint32(n.size)
		}
	}
	n.bodyEnd = n.End - tail
}
