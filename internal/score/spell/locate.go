package spell

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNotInstalled says that no folder has a dictionary for a tag.
var ErrNotInstalled = errors.New("no such dictionary is installed")

// Locate finds the files of the dictionary for a tag, such as en_US, as Enchant
// does (providers/enchant_hunspell.cpp, hunspell_request_dictionary): the file of
// that name in the first folder that has it, else one whose name goes on after
// the tag with a mark, as de_DE_frami for de_DE, else the same for the language
// alone. Where Enchant takes what the directory lists first, the first by name is
// taken here. Folders that do not exist have nothing.
func Locate(folders []string, tag string) (aff, dic string, err error) {
	language, _, _ := strings.Cut(tag, "_")
	for _, name := range slices.Compact([]string{tag, language}) {
		for _, find := range []func(folder, name string) (string, error){exactly, goingOn} {
			for _, folder := range folders {
				dic, err := find(folder, name)
				if err != nil {
					return "", "", fmt.Errorf("look for dictionary %s: %w", tag, err)
				}
				if dic != "" {
					return strings.TrimSuffix(dic, ".dic") + ".aff", dic, nil
				}
			}
		}
	}
	return "", "", fmt.Errorf("dictionary %s in %s: %w", tag, strings.Join(folders, ", "), ErrNotInstalled)
}

func exactly(folder, name string) (string, error) {
	file := filepath.Join(folder, name+".dic")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	return file, nil
}

func goingOn(folder, name string) (string, error) {
	entries, err := os.ReadDir(folder) // sorted by name
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	for _, entry := range entries {
		rest, ok := strings.CutPrefix(entry.Name(), name)
		if ok && strings.HasSuffix(rest, ".dic") && isMark(rest[0]) {
			return filepath.Join(folder, entry.Name()), nil
		}
	}
	return "", nil
}

// isMark is C's ispunct: any visible ASCII character but letters and digits.
func isMark(c byte) bool {
	return c > ' ' && c < 0x7f && !(c >= '0' && c <= '9') && !(c|0x20 >= 'a' && c|0x20 <= 'z')
}
