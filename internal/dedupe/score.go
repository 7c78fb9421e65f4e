package dedupe

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// maxScoreBytes bounds a score document, coming or going. Real ones have 100 B
// to 4 kB; a larger one is computed again rather than kept.
const maxScoreBytes = 1 << 20

// cacheable reports whether a score of this service is to be stored.
func cacheable(score []byte) bool { return len(score) > 0 && len(score) <= maxScoreBytes }

// validScore reports whether a value that anybody may have written into Redis
// is a score document: a JSON object in UTF-8 with a prediction that is not
// null. encoding/json checks the syntax and not gjson.Valid, which recurses: a
// megabyte of '[' would grow the stack by a hundred.
func validScore(value []byte) bool {
	if !cacheable(value) || !utf8.Valid(value) || !json.Valid(value) {
		return false
	}
	doc := gjson.ParseBytes(value)
	return doc.IsObject() && doc.Get("prediction").Type != gjson.Null
}
