package pickle

// A pickle's values are, in Go:
//
//	None               nil
//	bool               bool
//	int                int64, or *big.Int where it has more bits
//	float              float64
//	str                string
//	bytes, bytearray   Bytes
//	tuple              *Tuple
//	list               *List
//	dict               *Dict
//	set, frozenset     *Set
//	a name             *Global
//	anything built     *Object
//
// What is shared in the pickle is shared here: one pointer.

// Bytes is a bytes object. It is part of the input and must not be changed.
type Bytes []byte

// Tuple is a tuple.
type Tuple struct{ Items []any }

// List is a list.
type List struct{ Items []any }

// Dict is a dict in the order of insertion. Keys may repeat, as SETITEMS wrote
// them: the last one counts.
type Dict struct{ Entries []Entry }

// Entry is an item of a dict.
type Entry struct{ Key, Value any }

// Set is a set or, if Frozen, a frozenset.
type Set struct {
	Items  []any
	Frozen bool
}

// Global is a function or class, by name. Nothing is looked up or run.
type Global struct{ Module, Name string }

// Object is what a pickle asks to be made by calling Class with Args; it is not
// made. State, Items and Entries are what BUILD, APPENDS and SETITEMS would give it.
type Object struct {
	Class   *Global // of REDUCE, NEWOBJ, OBJ, INST
	Args    []any
	KwArgs  *Dict // of NEWOBJ_EX
	Reduced bool  // by REDUCE: Class is called, where NEWOBJ makes an instance of it
	State   any   // nil unless BUILD came
	Items   []any
	Entries []Entry
}
