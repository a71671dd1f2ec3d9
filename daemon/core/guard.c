/*
 * guard.c - what keeps strangers cheap: a token bucket per address, and the
 * ephemerals of first messages seen lately.
 *
 * Must never grow: whoever floods us pushes out other floods.
 */
#include "daemon/core/core.h"

#define TOKENS_MOST 20u
#define TOKEN_MS 250u

void address_host(const char *address, char *out, size_t cap)
{
	const char *colon = strrchr(address, ':');
	size_t len = colon == NULL ? strlen(address)
				   : (size_t)(colon - address);

	if (len >= cap)
		len = cap - 1;
	memcpy(out, address, len);
	out[len] = '\0';
}

uint16_t address_port(const char *address)
{
	const char *colon = strrchr(address, ':');
	uint32_t port = 0;

	if (colon == NULL)
		return 0;
	for (colon++; *colon >= '0' && *colon <= '9' && port <= 65535; colon++)
		port = port * 10 + (uint32_t)(*colon - '0');
	return *colon == '\0' && port <= 65535 ? (uint16_t)port : 0;
}

void address_join(const char *address, uint16_t port, char *out, size_t cap)
{
	char digits[8];
	size_t len, at = sizeof digits;

	address_host(address, out, cap - sizeof digits);
	len = strlen(out);
	digits[--at] = '\0';
	do {
		digits[--at] = (char)('0' + port % 10);
		port = (uint16_t)(port / 10);
	} while (port > 0);
	digits[--at] = ':';
	memcpy(out + len, digits + at, sizeof digits - at);
}

static struct guard_bucket *find_bucket(struct guard *guard, const char *host,
					uint64_t now_ms)
{
	struct guard_bucket *oldest = &guard->buckets[0];
	size_t i;

	for (i = 0; i < GUARD_BUCKETS; i++) {
		struct guard_bucket *bucket = &guard->buckets[i];

		if (bucket->host[0] != '\0' && strcmp(bucket->host, host) == 0)
			return bucket;
		if (bucket->filled_ms < oldest->filled_ms)
			oldest = bucket;
	}
	memset(oldest, 0, sizeof *oldest);
	memcpy(oldest->host, host, strlen(host) + 1);
	oldest->tokens = TOKENS_MOST;
	oldest->filled_ms = now_ms;
	return oldest;
}

bool guard_admits(struct guard *guard, const char *address, uint64_t now_ms)
{
	struct guard_bucket *bucket;
	char host[sizeof bucket->host];
	uint64_t fresh;

	if (address == NULL || address[0] == '\0')
		return true;
	address_host(address, host, sizeof host);
	bucket = find_bucket(guard, host, now_ms);
	fresh = (now_ms - bucket->filled_ms) / TOKEN_MS;
	if (fresh > 0) {
		bucket->tokens = fresh >= TOKENS_MOST - bucket->tokens
					 ? TOKENS_MOST
					 : bucket->tokens + (uint32_t)fresh;
		bucket->filled_ms = now_ms;
	}
	if (bucket->tokens == 0)
		return false;
	bucket->tokens--;
	return true;
}

bool guard_is_fresh(const struct guard *guard, const uint8_t ephemeral[32])
{
	size_t i;

	for (i = 0; i < guard->seen_count; i++) {
		if (memcmp(guard->seen[i], ephemeral, 32) == 0)
			return false;
	}
	return true;
}

void guard_remember(struct guard *guard, const uint8_t ephemeral[32])
{
	memcpy(guard->seen[guard->seen_at], ephemeral, 32);
	guard->seen_at = (guard->seen_at + 1) % GUARD_EPHEMERALS;
	if (guard->seen_count < GUARD_EPHEMERALS)
		guard->seen_count++;
}
