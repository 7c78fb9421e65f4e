package spell

import (
	"strings"
	"unicode/utf8"
)

// Check tells whether the dictionary knows the word, as Enchant 2.3.3 asks
// (lib.c, enchant_dict_check; enchant_hunspell.cpp, checkWord): in NFC and in
// the dictionary's encoding; a word of more than 300 bytes is unknown before
// that, one that cannot be converted after it. What Enchant refuses to answer
// (no word, no valid UTF-8, a zero byte) is unknown here.
func (d *Dictionary) Check(word string) bool {
	if word == "" || len(word) > maxAsked || !utf8.ValidString(word) || strings.IndexByte(word, 0) >= 0 {
		return false
	}
	word = nfc(word)
	s := d.searches.Get().(*search)
	defer d.searches.Put(s)
	s.reset()
	if d.charset == nil {
		s.asked = append(s.asked[:0], word...)
	} else {
		var ok bool
		if s.asked, ok = d.charset.encode(s.asked[:0], word); !ok {
			return false
		}
	}
	return s.spell(s.asked, 0)
}
