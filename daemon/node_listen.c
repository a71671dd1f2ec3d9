/*
 * node_listen.c - where other devices may come to: nowhere before the first
 * pairing, then one port that stays the same.
 *
 * Never opens a socket; it says which address is wanted, the shell answers
 * with the one it got. Read next: daemon/io/tcp.c.
 */
#include "daemon/node_parts.h"

#include "daemon/statefile.h"

#define LISTEN_DEFAULT "[::]:47474"

void node_listen_open(struct node *node)
{
	char path[PATH_BYTES];
	struct buf text;

	buf_init(&text, sizeof node->listen.kept - 1);
	if (paths_join(node->state_dir, "listen", path, NULL) == 0 &&
	    statefile_read(path, &text, NULL) == 0) {
		while (text.len > 0 && text.ptr[text.len - 1] == '\n')
			text.len--;
		if (text.len > 0)
			memcpy(node->listen.kept, text.ptr, text.len);
		if (!config_is_address(node->listen.kept))
			node->listen.kept[0] = '\0';
	}
	buf_release(&text);
}

/* Is there another device that could come, or is one being let in (it is told
 * the port then)? */
static bool is_paired(const struct node *node)
{
	const struct roster *roster;
	size_t devices = 0;
	size_t i;

	if (node->engine != NULL && pairing_now(node->engine)->active)
		return true;
	if (!node->host.has_journal)
		return false;
	roster = engine_roster(node->engine);
	for (i = 0; i < roster->member_count; i++) {
		const struct roster_member *member = &roster->members[i];

		devices += !member->is_recovery &&
			   (member->standing == ROSTER_MEMBER ||
			    member->standing == ROSTER_PENDING);
	}
	return devices > 1;
}

static bool hosts_are_equal(const char *a, const char *b)
{
	const char *end_a = strrchr(a, ':'), *end_b = strrchr(b, ':');

	return end_a != NULL && end_b != NULL &&
	       bytes_equal(bytes_of(a, (size_t)(end_a - a)),
			   bytes_of(b, (size_t)(end_b - b)));
}

/* May kept choose the port, and does it then keep it? */
static bool port_is_ours(const char *config)
{
	const char *colon = strrchr(config, ':');

	return strcmp(config, "auto") == 0 ||
	       (colon != NULL && strcmp(colon, ":0") == 0);
}

static void address_want(const struct node *node, char out[128])
{
	const struct listen_state *listen = &node->listen;
	const char *config = config_text(node->config, CONFIG_listen);
	bool is_auto = strcmp(config, "auto") == 0;
	const char *base = is_auto ? LISTEN_DEFAULT : config;

	if (strcmp(config, "none") == 0 || (is_auto && !is_paired(node)))
		base = "";
	else if (listen->tried_any)
		base = is_auto ? "[::]:0" : config;
	else if (port_is_ours(config) && hosts_are_equal(listen->kept, base))
		base = listen->kept;
	snprintf(out, 128, "%s", base);
}

static void answer_take(struct node *node)
{
	struct listen_state *listen = &node->listen;
	const char *config = config_text(node->config, CONFIG_listen);

	if (!listen->is_answered)
		return;
	listen->is_answered = false;
	if (listen->bound[0] == '\0') {
		if (listen->asked[0] != '\0' && port_is_ours(config) &&
		    !listen->tried_any) {
			listen->tried_any = true;
			listen->asked[0] = '\0';
		}
		return;
	}
	if (port_is_ours(config) && strcmp(listen->kept, listen->bound) != 0) {
		memcpy(listen->kept, listen->bound, sizeof listen->kept);
		listen->is_dirty = true;
	}
}

void node_listen_turn(struct node *node, struct node_effects *effects)
{
	struct listen_state *listen = &node->listen;
	struct node_effect *effect;
	char wanted[128];

	if (node->host.config_changed)
		listen->tried_any = false;
	answer_take(node);
	if (node->engine != NULL)
		engine_set_listen(node->engine, listen->bound);
	if (listen->is_dirty) {
		char line[130];

		snprintf(line, sizeof line, "%s\n", listen->kept);
		node_effects_write_file(effects, "listen",
					bytes_from_str(line));
		listen->is_dirty = false;
	}
	/* What was asked for and given stays, though it is called by its real
	 * port from now on. */
	address_want(node, wanted);
	if (strcmp(wanted, listen->asked) == 0 ||
	    (listen->bound[0] != '\0' && listen->asked[0] != '\0' &&
	     strcmp(wanted, listen->bound) == 0))
		return;
	effect = node_effects_add(effects, NODE_LISTEN);
	if (effect == NULL)
		return;
	memcpy(effect->address, wanted, sizeof effect->address);
	memcpy(listen->asked, wanted, sizeof listen->asked);
	listen->bound[0] = '\0';
}

void node_listening(struct node *node, const char *address)
{
	snprintf(node->listen.bound, sizeof node->listen.bound, "%s", address);
	node->listen.is_answered = true;
	node->is_due = true;
}
