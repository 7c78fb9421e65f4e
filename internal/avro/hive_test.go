package avro

import (
	"strings"
	"testing"

	hamba "github.com/hamba/avro/v2"
)

func TestHive(t *testing.T) {
	for _, s := range Schemas() {
		got := Hive(s, "mediawiki.revision-score", "hdfs:///it's/here/")
		for _, want := range []string{
			"CREATE EXTERNAL TABLE IF NOT EXISTS mediawiki_revision_score\n",
			"PARTITIONED BY (year STRING, month STRING, day STRING, hour STRING)",
			`LOCATION 'hdfs:///it\'s/here/mediawiki.revision-score'`,
			"MSCK REPAIR TABLE mediawiki_revision_score;",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not in\n%s", want, got)
			}
		}
		// Two statements: no semicolon stands within one.
		if n := strings.Count(got, ";"); n != 2 {
			t.Errorf("%d semicolons in the statements of %s", n, s.Name)
		}
		_, literal, _ := strings.Cut(got, "'avro.schema.literal' = '")
		literal, _, _ = strings.Cut(literal, "');")
		table, err := hamba.ParseWithCache(literal, "", &hamba.SchemaCache{})
		if err != nil || table.Fingerprint() != s.avro.Fingerprint() {
			t.Errorf("the schema in the statement of %s is another one: %v", s.Name, err)
		}
	}
}
