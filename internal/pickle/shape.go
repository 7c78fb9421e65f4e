package pickle

// Shape is how values hang together.
type Shape struct {
	Containers int // tuples, lists, dicts and sets that are not empty, objects
	// Depth is a bound on how many containers lie on a path that enters none twice. It
	// is exact where there are no cycles; the containers of a cycle count as if they
	// all lay on the path.
	Depth  int
	Cyclic bool
}

// measure walks a graph of values. It takes linear time and does not recurse:
// Tarjan's algorithm finds the cycles and yields them leaves first, which is the
// order in which depths can be added up. It gives up as soon as the depth is more
// than most.
func measure(root any, most int) Shape {
	w := walker{seen: make(map[any]int32)}
	if isContainer(root) {
		w.enter(root)
	}
	for len(w.path) > 0 {
		w.step()
		if len(w.path) > most {
			return Shape{Containers: len(w.nodes), Depth: len(w.path), Cyclic: w.cyclic}
		}
	}
	shape := Shape{Containers: len(w.nodes), Cyclic: w.cyclic}
	if len(w.nodes) > 0 {
		shape.Depth = int(w.nodes[0].depth)
	}
	return shape
}

type node struct {
	low   int32 // the first node that is reached from here and still open
	below int32 // the greatest depth of a component under this one
	depth int32 // of its component, 0 while that is open
}

type walker struct {
	seen   map[any]int32 // index in nodes
	nodes  []node
	path   []visit
	open   []int32 // nodes whose component is not complete
	cyclic bool
}

type visit struct {
	value any
	node  int32
	next  int // child
}

func (w *walker) enter(v any) {
	n := int32(len(w.nodes))
	w.seen[v] = n
	w.nodes = append(w.nodes, node{low: n})
	w.open = append(w.open, n)
	w.path = append(w.path, visit{value: v, node: n})
}

// step looks at one child of the last visited value, or leaves it.
func (w *walker) step() {
	at := &w.path[len(w.path)-1]
	child, ok := childOf(at.value, at.next)
	if !ok {
		w.leave()
		return
	}
	at.next++
	if !isContainer(child) {
		return
	}
	if _, full := childOf(child, 0); !full { // by far the cheapest to write, so not kept
		w.nodes[at.node].below = max(w.nodes[at.node].below, 1)
		return
	}
	n, known := w.seen[child]
	if !known {
		w.enter(child)
		return
	}
	w.reached(at.node, n)
}

// reached notes that from leads to a node that was entered before.
func (w *walker) reached(from, to int32) {
	of, target := &w.nodes[from], &w.nodes[to]
	if target.depth > 0 {
		of.below = max(of.below, target.depth)
		return
	}
	of.low = min(of.low, target.low)
	w.cyclic = true // open: it is on the path or leads back to it
}

// leave ends a visit and, where a component starts, completes that.
func (w *walker) leave() {
	n := w.path[len(w.path)-1].node
	w.path = w.path[:len(w.path)-1]
	if w.nodes[n].low == n {
		w.complete(n)
	}
	if len(w.path) == 0 {
		return
	}
	parent := &w.nodes[w.path[len(w.path)-1].node]
	if d := w.nodes[n].depth; d > 0 {
		parent.below = max(parent.below, d)
	} else {
		parent.low = min(parent.low, w.nodes[n].low)
	}
}

func (w *walker) complete(first int32) {
	from := len(w.open) - 1
	for w.open[from] != first {
		from--
	}
	members := w.open[from:]
	var below int32
	for _, n := range members {
		below = max(below, w.nodes[n].below)
	}
	for _, n := range members {
		w.nodes[n].depth = below + int32(len(members))
	}
	w.open = w.open[:from]
}

func isContainer(v any) bool {
	switch v.(type) {
	case *Tuple, *List, *Dict, *Set, *Object:
		return true
	}
	return false
}

// childOf returns the i-th value in v.
func childOf(v any, i int) (any, bool) {
	switch v := v.(type) {
	case *Tuple:
		return item(v.Items, i)
	case *List:
		return item(v.Items, i)
	case *Set:
		return item(v.Items, i)
	case *Dict:
		return entry(v.Entries, i)
	case *Object:
		return v.child(i)
	}
	return nil, false
}

func item(items []any, i int) (any, bool) {
	if i < len(items) {
		return items[i], true
	}
	return nil, false
}

func entry(entries []Entry, i int) (any, bool) {
	if i/2 >= len(entries) {
		return nil, false
	}
	if i%2 == 0 {
		return entries[i/2].Key, true
	}
	return entries[i/2].Value, true
}

func (o *Object) child(i int) (any, bool) {
	if i < len(o.Args) {
		return o.Args[i], true
	}
	i -= len(o.Args)
	switch i {
	case 0:
		return o.State, true
	case 1:
		if o.KwArgs == nil {
			return nil, true
		}
		return o.KwArgs, true
	}
	i -= 2
	if i < len(o.Items) {
		return o.Items[i], true
	}
	return entry(o.Entries, i-len(o.Items))
}
