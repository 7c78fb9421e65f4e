package fetch

// Forget drops the cached texts of revisions of a wiki, as those that were hidden, and
// returns how many there were. A text that is on its way is not kept when it arrives;
// who waits for it still gets it. Wiki and domain are those of the event that says so,
// as in a [Request]; for a wiki that is not configured there is nothing to forget.
func (c *Client) Forget(wiki, domain string, revs []int64) (dropped int) {
	api, err := c.routes.resolve(wiki, domain)
	if err != nil {
		return 0
	}
	dropped = c.cache.forget(api, revs)
	c.metrics.forgotten.Add(float64(dropped))
	return dropped
}

// ForgetPage is Forget for all revisions of a page, and returns those whose texts there
// were.
func (c *Client) ForgetPage(wiki, domain string, page int64) (revs []int64) {
	api, err := c.routes.resolve(wiki, domain)
	if err != nil {
		return nil
	}
	revs = c.cache.forgetPage(api, page)
	c.metrics.forgotten.Add(float64(len(revs)))
	return revs
}
