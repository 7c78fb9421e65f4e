package backfill

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

var errOtherWiki = errors.New("the API is another wiki's; see fetch.wikis and --wiki")

// checkWiki makes sure that the API which the configuration has for a wiki is that
// wiki's: revisions would else be taken for those of another, with ids that fit neither.
func checkWiki(ctx context.Context, ask Asker, wiki, domain string) error {
	var a struct {
		Query struct {
			General struct {
				WikiID string `json:"wikiid"`
			} `json:"general"`
		} `json:"query"`
	}
	if err := ask.Query(ctx, wiki, domain, url.Values{"meta": {"siteinfo"}, "siprop": {"general"}}, &a); err != nil {
		return err
	}
	if id := a.Query.General.WikiID; id != wiki {
		return fmt.Errorf("the API for %s says that it is %.80q: %w", wiki, id, errOtherWiki)
	}
	return nil
}
