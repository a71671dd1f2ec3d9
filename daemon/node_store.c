/*
 * node_store.c - opening, reloading, and taking away what stands on the
 * database: store, vault, and engine, which always come and go together.
 *
 * Never called inside a transaction, but for the reload. Read next: node.c.
 */
#include "daemon/node_parts.h"

#include "daemon/statefile.h"
#include "daemon/vault/keyfile.h"

/* Of the vault, or all zero where there is no device yet. */
static int net_key_load(struct node *node, struct net_secret *net,
			struct err *err)
{
	int status;

	memset(net, 0, sizeof *net);
	status = vault_net_key(node->vault, net, err);
	return status == ERR_NO_JOURNAL ? 0 : status;
}

static int engine_make(struct node *node, struct err *err)
{
	struct engine_options options = {
		.store = node->store,
		.tune = node->tune,
		.boot = node->boot,
		.sync_while_locked =
			config_flag(node->config, CONFIG_sync_while_locked),
	};
	int status = net_key_load(node, &options.net, err);

	if (status == 0)
		status = engine_open(&node->engine, &options, err);
	key_wipe(&options.net);
	if (status == 0)
		engine_set_locked(node->engine, true);
	return status;
}

static void host_point(struct node *node)
{
	node->host.engine = node->engine;
	node->host.vault = node->vault;
	node->host.store = node->store;
	node->host.roster_seen = 0;
}

int node_parts_open(struct node *node, bool create, struct err *err)
{
	struct store_options store = { .path = node->db_path,
				       .vfs = node->vfs[0] == '\0' ? NULL
								   : node->vfs,
				       .create = create };
	struct vault_options vault = { .slots_path = node->slots_path,
				       .net_path = node->net_path };
	int status = 0;

	if (create)
		status = statefile_make_folder(node->data_dir, err);
	if (status == 0)
		status = store_open(&node->store, &store, err);
	vault.store = node->store;
	if (status == 0)
		status = vault_new(&node->vault, &vault, err);
	if (status == 0)
		status = engine_make(node, err);
	if (status != 0)
		node_parts_close(node);
	host_point(node);
	return status;
}

void node_parts_close(struct node *node)
{
	vault_free(node->vault);
	engine_close(node->engine);
	store_close(node->store);
	node->vault = NULL;
	node->engine = NULL;
	node->store = NULL;
	host_point(node);
}

void node_parts_remove(struct node *node)
{
	node_parts_close(node);
	err_ignore(keyfile_remove(node->slots_path, NULL),
		   "it opens nothing any more");
	err_ignore(keyfile_remove(node->net_path, NULL),
		   "no device was ever known by it");
	store_remove(node->db_path, node->vfs[0] == '\0' ? NULL : node->vfs);
}

int node_reload_engine(struct node *node, struct err *err)
{
	struct net_secret net;
	int status = net_key_load(node, &net, err);

	if (status == 0)
		status = engine_reload(node->engine, &net, err);
	key_wipe(&net);
	if (status == 0)
		engine_set_locked(node->engine,
				  !vault_is_unlocked(node->vault));
	node->host.roster_seen = 0;
	return status;
}

int node_parts_reread(struct node *node)
{
	int status = vault_rollback(node->vault);

	if (status == 0)
		status = node_reload_engine(node, NULL);
	node->is_stale = status != 0;
	node->is_due = node->is_due || node->is_stale;
	return status;
}
