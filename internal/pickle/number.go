package pickle

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// mostDigits of a number in decimal: reading one takes more than linear time, and
// Python too refuses longer ones (sys.get_int_max_str_digits).
const mostDigits = 4300

// mostBytes of a number in binary hold as many digits. Printing one takes more than linear
// time too.
const mostBytes = 1786

func parseIndex(line []byte) (uint64, error) {
	i, err := strconv.ParseUint(string(line), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("memo index %q is no number", clip(line))
	}
	return i, nil
}

// intLine is INT: decimal, or 00 and 01 for the bools.
func (m *machine) intLine() error {
	line, err := m.in.line()
	if err != nil {
		return err
	}
	switch string(line) {
	case "00":
		return m.push(false)
	case "01":
		return m.push(true)
	}
	return m.decimal(line)
}

// longLine is LONG: decimal with an L at its end.
func (m *machine) longLine() error {
	line, err := m.in.line()
	if err != nil {
		return err
	}
	if n := len(line); n > 0 && line[n-1] == 'L' {
		line = line[:n-1]
	}
	return m.decimal(line)
}

func (m *machine) decimal(line []byte) error {
	if len(line) > mostDigits {
		return fmt.Errorf("a number of %d digits, at most %d", len(line), mostDigits)
	}
	n, ok := new(big.Int).SetString(strings.TrimSpace(string(line)), 10)
	if !ok {
		return fmt.Errorf("%q is no number", clip(line))
	}
	return m.push(integer(n))
}

// integer is an int64 if n fits.
func integer(n *big.Int) any {
	if n.IsInt64() {
		return n.Int64()
	}
	return n
}

func (m *machine) small(u uint64) error { return m.push(int64(u)) }

func (m *machine) binInt() error {
	u, err := m.in.uint(4)
	if err != nil {
		return err
	}
	return m.push(int64(int32(uint32(u))))
}

// long is LONG1 and LONG4: two's complement, little-endian.
func (m *machine) long(b []byte) error {
	if len(b) == 0 {
		return m.push(int64(0))
	}
	if len(b) > mostBytes {
		return fmt.Errorf("a number of %d bytes, at most %d", len(b), mostBytes)
	}
	reversed := slices.Clone(b)
	slices.Reverse(reversed)
	n := new(big.Int).SetBytes(reversed)
	if b[len(b)-1] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
	}
	return m.push(integer(n))
}

func (m *machine) floatLine() error {
	line, err := m.in.line()
	if err != nil {
		return err
	}
	if len(line) > mostDigits {
		return fmt.Errorf("a number of %d digits, at most %d", len(line), mostDigits)
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(string(line)), 64)
	if err != nil {
		return fmt.Errorf("%q is no number", clip(line))
	}
	if math.IsNaN(f) {
		f = math.Float64frombits(0x7FF8 << 48) // Python's, where Go's has its last bit set
	}
	return m.push(f)
}

func (m *machine) binFloat() error {
	b, err := m.in.take(8)
	if err != nil {
		return err
	}
	var u uint64
	for _, c := range b { // big-endian, unlike all else
		u = u<<8 | uint64(c)
	}
	return m.push(math.Float64frombits(u))
}

// clip keeps what an error quotes short.
func clip(b []byte) []byte { return b[:min(len(b), 40)] }
