package pickle

import (
	"fmt"
	"math/big"
	"strconv"
)

// Kind names the Python type of v for people: "a str", "an int", "an object of
// class sklearn.dummy.DummyClassifier".
func Kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "a bool"
	case int64, *big.Int:
		return "an int"
	case float64:
		return "a float"
	case string:
		return "a str"
	case Bytes:
		return "a bytes"
	case *Tuple:
		return "a tuple"
	case *List:
		return "a list"
	case *Dict:
		return "a dict"
	case *Set:
		if v.Frozen {
			return "a frozenset"
		}
		return "a set"
	case *Global:
		return "the name " + v.String()
	case *Object:
		if v.Reduced {
			return "a call of " + v.Class.String()
		}
		return "an object of class " + v.Class.String()
	}
	return fmt.Sprintf("a Go %T", v)
}

// Brief is v itself where that is short, else its [Kind]: errors must not print what a
// file makes as long as it likes.
func Brief(v any) string {
	switch v := v.(type) {
	case bool, float64, int64:
		return fmt.Sprint(v)
	case string:
		if len(v) <= 40 {
			return strconv.Quote(v)
		}
	}
	return Kind(v)
}
