package wikiapi

import (
	"fmt"
	"net/http"
	"strconv"
)

// apiError is an error that MediaWiki answers with status 200. Extra fields come
// between info and docref, in this order.
type apiError struct {
	code, info string
	limit      *limitFields
	lag        *lagFields
}

type limitFields struct {
	Parameter string `json:"parameter"`
	Limit     int    `json:"limit"`
	LowLimit  int    `json:"lowlimit"`
	HighLimit int    `json:"highlimit"`
}

type lagFields struct {
	Host string `json:"host"`
	Lag  int    `json:"lag"`
	Type string `json:"type"`
}

func (e *apiError) Error() string { return e.code + ": " + e.info }

// head sets what an error adds to the answer's head.
func (e *apiError) head(h http.Header) {
	h.Set("MediaWiki-API-Error", e.code)
	if e.lag != nil {
		h.Set("Retry-After", "5")
		h.Set("X-Database-Lag", strconv.Itoa(e.lag.Lag))
	}
}

func (e *apiError) body(script string) any {
	type fields struct {
		Code string `json:"code"`
		Info string `json:"info"`
		*limitFields
		*lagFields
		DocRef string `json:"docref"`
	}
	return struct {
		Error fields `json:"error"`
	}{fields{e.code, e.info, e.limit, e.lag, fmt.Sprintf("See %s for API usage. Subscribe to the mediawiki-api-announce mailing list at "+
		"&lt;https://lists.wikimedia.org/postorius/lists/mediawiki-api-announce.lists.wikimedia.org/&gt; "+
		"for notice of API deprecations and breaking changes.", script)}}
}

func badValue(parameter, value string) error {
	return &apiError{code: "badvalue", info: fmt.Sprintf("Unrecognized value for parameter %q: %s.", parameter, value)}
}

func badInteger(parameter, value string) error {
	return &apiError{code: "badinteger", info: fmt.Sprintf("Invalid value \"%s\" for integer parameter \"%s\".", value, parameter)}
}

func tooManyValues(parameter string) error {
	return &apiError{
		code:  "toomanyvalues",
		info:  fmt.Sprintf("Too many values supplied for parameter %q. The limit is %d.", parameter, maxIDs),
		limit: &limitFields{Parameter: parameter, Limit: maxIDs, LowLimit: maxIDs, HighLimit: highIDs},
	}
}

func lagged(seconds int) error {
	unit := "seconds"
	if seconds == 1 || seconds == -1 {
		unit = "second"
	}
	return &apiError{
		code: "maxlag",
		info: fmt.Sprintf("Waiting for a database server: %d %s lagged.", seconds, unit),
		lag:  &lagFields{Lag: seconds, Type: "db"},
	}
}

// paramMix is the answer to list options beside revids.
func paramMix() error {
	return &apiError{
		code: "invalidparammix",
		info: `The "revids" parameter may not be used with the list options ("rvlimit", "rvstartid", "rvendid", "rvdir=newer", "rvuser", "rvexcludeuser", "rvstart", and "rvend").`,
	}
}
