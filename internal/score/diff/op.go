package diff

// OpKind says what an operation does.
type OpKind uint8

const (
	Insert OpKind = iota + 1
	Delete
	Equal
)

// String returns the reference's name of the kind.
func (k OpKind) String() string {
	switch k {
	case Insert:
		return "insert"
	case Delete:
		return "delete"
	case Equal:
		return "equal"
	}
	return "unknown"
}

// Op is one step from tokens a to tokens b: it inserts b[B1:B2], deletes
// a[A1:A2], or takes a[A1:A2], which equals b[B1:B2]. An insertion has A1 == A2
// and a deletion B1 == B2: the place in the other list.
type Op struct {
	Kind           OpKind
	A1, A2, B1, B2 int
}
