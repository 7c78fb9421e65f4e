package avro

import (
	"fmt"
	"path"
	"strings"
)

// Table is the name of a stream's Hive table: what Hive does not take in a name
// becomes an underscore.
func Table(stream string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_':
			return r
		default:
			return '_'
		}
	}, stream)
}

// Hive returns the statements that make a stream's folder under location a table,
// and that find new hours: the second is run again each hour. Columns come from the
// schema, which is given whole, so that the table depends on no other file.
//
// Partition columns are strings because folders have leading zeros, which sort; Hive
// finds integer partitions with leading zeros in some versions and not in others.
func Hive(s *Schema, stream, location string) string {
	table := Table(stream)
	return fmt.Sprintf(`CREATE EXTERNAL TABLE IF NOT EXISTS %s
COMMENT %s
PARTITIONED BY (year STRING, month STRING, day STRING, hour STRING)
STORED AS AVRO
LOCATION %s
TBLPROPERTIES ('avro.schema.literal' = %s);

MSCK REPAIR TABLE %s;
`, table, quote(s.URI), quote(strings.TrimSuffix(location, "/")+"/"+path.Base(stream)), quote(s.Text), table)
}

// quote writes a string of HiveQL and of Spark SQL. It must have no semicolon: Hive's
// shells end a statement at one, even within a string.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", " ").Replace(strings.TrimSpace(s)) + "'"
}
