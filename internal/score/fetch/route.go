package fetch

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"revscore/internal/score/rule"
)

// routes finds the API of a wiki. It is immutable.
type routes []route

type route struct {
	name    string // exact, when expr is nil
	expr    *rule.Regexp
	api     string // may hold {wiki} and {domain}
	domains []string
}

// compileRoutes reports every fault of the entries.
func compileRoutes(wikis []Wiki) (routes, error) {
	var rs routes
	var errs []error
	for i, w := range wikis {
		fault := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("fetch.wikis[%d]."+format, append([]any{i}, args...)...))
		}
		r := route{api: w.API, domains: w.Domains}
		var err error
		if r.name, r.expr, err = compileMatch(w.Match); err != nil {
			fault("match: %w", err)
		}
		if err := checkAPI(w.API); err != nil {
			fault("api is %q, %w", w.API, err)
		}
		switch placed := strings.Contains(w.API, "{domain}"); {
		case placed && len(w.Domains) == 0:
			fault("domains is empty, must list the hosts that {domain} in api may become")
		case !placed && len(w.Domains) > 0:
			fault("domains is set, but api has no {domain} in it")
		}
		for _, d := range w.Domains {
			if !domainName(strings.TrimPrefix(d, "*.")) {
				fault("domains has %q, must be a host name in lower case or *.suffix", d)
			}
		}
		rs = append(rs, r)
	}
	return rs, errors.Join(errs...)
}

// compileMatch reads a name or a /pattern/, with the flag i at most.
func compileMatch(match string) (name string, expr *rule.Regexp, err error) {
	if !strings.HasPrefix(match, "/") {
		if !wikiName(match) {
			return "", nil, fmt.Errorf("%q is neither a database name nor a /regular expression/", match)
		}
		return match, nil, nil
	}
	if !rule.Is(match) {
		return "", nil, fmt.Errorf("%q has no closing slash", match)
	}
	expr, err = rule.Compile(match, "i")
	return "", expr, err
}

// checkAPI tries the URL with harmless values in its placeholders.
func checkAPI(api string) error {
	u, err := url.Parse(strings.NewReplacer("{wiki}", "wiki", "{domain}", "wiki.example").Replace(api))
	switch {
	case err != nil:
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		return fmt.Errorf("must be a URL: %w", err)
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("must begin with http:// or https://")
	case u.Host == "":
		return errors.New("must name a host")
	case u.User != nil:
		return errors.New("must not hold a user name or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("must end with the path")
	case strings.ContainsAny(u.Host+u.Path, "{}"):
		return errors.New("must have no placeholders but {wiki} and {domain}")
	}
	return nil
}

// resolve returns the URL of the API that serves a wiki. Both names come from an
// event and are hostile: nothing of them reaches a URL unless it is in a small
// set of characters, so neither can add a port, a user, a path or another host.
func (rs routes) resolve(wiki, domain string) (string, error) {
	if !wikiName(wiki) {
		return "", ErrWikiNotConfigured
	}
	for i := range rs {
		r := &rs[i]
		ok, err := r.matches(wiki)
		if err != nil {
			return "", fmt.Errorf("match %s of fetch.wikis[%d]: %w", r.expr, i, err)
		}
		if !ok {
			continue
		}
		if strings.Contains(r.api, "{domain}") && !r.allows(domain) {
			return "", fmt.Errorf("%w: domain %.80q is not allowed", ErrWikiNotConfigured, domain)
		}
		return strings.NewReplacer("{wiki}", wiki, "{domain}", domain).Replace(r.api), nil
	}
	return "", ErrWikiNotConfigured
}

func (r *route) matches(wiki string) (bool, error) {
	if r.expr == nil {
		return r.name == wiki, nil
	}
	return r.expr.MatchString(wiki)
}

func (r *route) allows(domain string) bool {
	return domainName(domain) && slices.ContainsFunc(r.domains, func(pattern string) bool {
		if suffix, ok := strings.CutPrefix(pattern, "*"); ok {
			return strings.HasSuffix(domain, suffix) // with its dot
		}
		return domain == pattern
	})
}

// wikiName tells whether s can be a MediaWiki database name.
func wikiName(s string) bool {
	return s != "" && len(s) <= 64 && letterOrDigit(s[0]) &&
		!strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f || !letterOrDigit(byte(r)) && r != '_' && r != '-' })
}

// domainName tells whether s is a plain host name in lower case: labels and dots,
// no port, no user, no address of any kind that needs other characters.
func domainName(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if b := label[i]; !letterOrDigit(b) && b != '-' || 'A' <= b && b <= 'Z' {
				return false
			}
		}
	}
	return true
}

func letterOrDigit(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}
