/*
 * cmd_devices.c - the devices of the journal, their addresses, and syncing.
 *
 * Must never blame a device for being away, and never say more about it than
 * when it was last heard of. Read next: cmd_pair.c.
 */
#include "cli/command.h"

#include "cli/dates.h"
#include "cli/devicetext.h"
#include "cli/i18n.h"
#include "cli/screen.h"
#include "proto/bounds.h"

#define SYNC_WAIT_S 30u
#define SYNC_WAIT_S_MAX 600u

const struct option_spec options_sync[] = {
	{ "wait", 'w', OPTION_MAYBE, N_("[SECONDS]"),
	  N_("wait until both sides have everything") },
	{ 0 },
};
const struct option_spec options_peers[] = {
	{ "device", 0, OPTION_VALUE, N_("NAME"), N_("whose address it is") },
	{ 0 },
};

static int put_devices(struct cli *cli, const cJSON *devices)
{
	struct render render = screen_render(cli);
	struct civil_instant now = dates_now();
	struct render_table table;
	const cJSON *device;
	struct buf out, cell;

	buf_init(&out, RENDER_BYTES_MAX);
	buf_init(&cell, RENDER_BYTES_MAX);
	render_table_begin(&table, 4, 3);
	cJSON_ArrayForEach(device, devices)
	{
		devicetext_put_name(&cell, device);
		render_table_take(&table, &cell);
		devicetext_put_standing(&cell, now, device);
		render_table_take(&table, &cell);
		devicetext_put_seen(&cell, now, device);
		render_table_take(&table, &cell);
		devicetext_put_note(&cell, now, device);
		render_table_take(&table, &cell);
	}
	render_table_end(&table, &render, 2, &out);
	(void)screen_put(&out);
	buf_release(&cell);
	buf_release(&out);
	return screen_end(cli);
}

static int refuse_args(struct cli *cli, const char *instead)
{
	return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", instead,
			  _("`kept %s` doesn't take that."),
			  cli->command->name);
}

int cmd_devices(struct cli *cli)
{
	cJSON *result = NULL;
	const cJSON *devices;
	int exit_code;

	if (cli->options.arg_count > 0)
		return refuse_args(cli, "kept devices");
	exit_code = cli_call(cli, "devices", NULL, &result);
	if (exit_code != 0)
		return exit_code;
	if (cli->options.common.json)
		return cli_put_json(result);
	devices = cJSON_GetObjectItemCaseSensitive(result, "devices");
	if (cli->options.common.ndjson)
		cli_put_lines(devices);
	else if (cJSON_GetArraySize(devices) == 0)
		cli_note(cli, _("There is no journal here yet.\nTry  kept "
				"init\n"));
	else
		exit_code = put_devices(cli, devices);
	cJSON_Delete(result);
	return exit_code;
}

/* ---- peers ---- */

static int list_peers(struct cli *cli)
{
	struct render render = screen_render(cli);
	struct render_table table;
	cJSON *result = NULL;
	const cJSON *peer, *peers;
	struct buf out, cell;
	int exit_code = cli_call(cli, "peers_list", NULL, &result);

	if (exit_code != 0)
		return exit_code;
	if (cli->options.common.json)
		return cli_put_json(result);
	peers = cJSON_GetObjectItemCaseSensitive(result, "peers");
	if (cli->options.common.ndjson) {
		cli_put_lines(peers);
		cJSON_Delete(result);
		return EXIT_DONE;
	}
	buf_init(&out, RENDER_BYTES_MAX);
	buf_init(&cell, RENDER_BYTES_MAX);
	render_table_begin(&table, 4, 0);
	cJSON_ArrayForEach(peer, peers)
	{
		devicetext_put_name(&cell, peer);
		render_table_take(&table, &cell);
		render_table_cell(&table, json_text(peer, "address"));
		render_table_cell(&table,
				  strcmp(json_text(peer, "source"), "hand") == 0
					  ? _("by hand")
					  : _("seen"));
		devicetext_put_ago(&cell, dates_now(),
				   json_number(peer, "last_ok", 0));
		render_table_take(&table, &cell);
	}
	render_table_end(&table, &render, 2, &out);
	if (out.len == 0)
		cli_note(cli, _("No addresses known.\n"));
	(void)screen_put(&out);
	buf_release(&cell);
	buf_release(&out);
	cJSON_Delete(result);
	return screen_end(cli);
}

static int add_peer(struct cli *cli, const char *address)
{
	const char *device = options_value(&cli->options, "device");
	cJSON *params;
	char *name;
	int exit_code;

	if (device == NULL)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept peers add HOST:PORT --device NAME",
				  _("Say whose address it is: --device NAME."));
	if (cli->options.common.dry_run) {
		cli_note(cli,
			 _("Nothing changed. Without -n that address would "
			   "be kept.\n"));
		return EXIT_DONE;
	}
	params = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(params, "address", address);
	(void)cJSON_AddStringToObject(params, "device", device);
	exit_code = cli_call(cli, "peers_add", params, NULL);
	if (exit_code != 0)
		return exit_code;
	if (cli_is_program(cli))
		return cli_put_json(cJSON_CreateObject());
	name = cli_show(device, false);
	cli_note(cli, _("%s is looked for at %s from now on.\n"), name,
		 address);
	cli_free(name);
	return EXIT_DONE;
}

int cmd_peers(struct cli *cli)
{
	const struct options *options = &cli->options;

	if (options->arg_count == 0 ||
	    (options->arg_count == 1 && strcmp(options->args[0], "list") == 0))
		return list_peers(cli);
	if (options->arg_count == 2 && strcmp(options->args[0], "add") == 0)
		return add_peer(cli, options->args[1]);
	return refuse_args(cli, "kept peers add HOST:PORT --device NAME");
}

/* ---- sync ---- */

static void say_synced(struct cli *cli, const cJSON *device)
{
	long long sent = (long long)json_number(device, "sent", 0);
	long long received = (long long)json_number(device, "received", 0);
	struct buf name;

	buf_init(&name, 1024);
	devicetext_put_name(&name, device);
	buf_put_u8(&name, 0);
	if (name.failed != 0)
		goto out;
	if (!json_flag(device, "in_sync")) {
		cli_note(cli,
			 _("Can't reach your %s just now. It's kept here and "
			   "will go across later. Nothing to do.\n"),
			 (const char *)name.ptr);
		goto out;
	}
	cli_note(cli, _("%s has everything. %lld went across, %lld came.\n"),
		 (const char *)name.ptr, sent, received);
	if (cli->options.common.verbose)
		cli_note(cli,
			 _("  %lld bytes out, %lld in, %lld round trips\n"),
			 (long long)json_number(device, "bytes_sent", 0),
			 (long long)json_number(device, "bytes_received", 0),
			 (long long)json_number(device, "round_trips", 0));
out:
	buf_release(&name);
}

static void say_all_synced(struct cli *cli, const cJSON *devices, bool waited)
{
	const cJSON *device;

	if (cJSON_GetArraySize(devices) == 0) {
		cli_note(cli, _("No other devices yet; `kept pair` lets one "
				"in.\n"));
		return;
	}
	if (!waited) {
		cli_note(cli,
			 _("Connecting now; `kept devices` says how far it "
			   "is.\n"));
		return;
	}
	cJSON_ArrayForEach(device, devices) say_synced(cli, device);
}

static bool all_in_sync(const cJSON *devices)
{
	const cJSON *device;

	cJSON_ArrayForEach(device, devices)
	{
		if (!json_flag(device, "in_sync"))
			return false;
	}
	return true;
}

int cmd_sync(struct cli *cli)
{
	const char *wait = options_value(&cli->options, "wait");
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	const cJSON *devices;
	struct err err = { 0 };
	uint64_t seconds = SYNC_WAIT_S;
	int exit_code = cli_refuse_dry(cli);

	if (exit_code == 0 && cli->options.arg_count > 0)
		exit_code = refuse_args(cli, "kept sync --wait 30");
	else if (exit_code == 0 && wait != NULL && *wait != '\0' &&
		 options_number(&cli->options, "wait", 1, SYNC_WAIT_S_MAX,
				SYNC_WAIT_S, &seconds, &err) != 0)
		exit_code = cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				       "%s", err.text);
	if (wait != NULL)
		(void)cJSON_AddNumberToObject(params, "wait_ms",
					      (double)(seconds * 1000));
	if (exit_code != 0) {
		cJSON_Delete(params);
		return exit_code;
	}
	exit_code = cli_call(cli, "sync", params, &result);
	if (exit_code != 0)
		return exit_code;
	devices = cJSON_GetObjectItemCaseSensitive(result, "devices");
	if (wait != NULL && !all_in_sync(devices))
		exit_code = EXIT_NOT_REACHED;
	if (cli->options.common.json) {
		(void)cli_put_json(result);
		return exit_code;
	}
	if (cli->options.common.ndjson)
		cli_put_lines(devices);
	else
		say_all_synced(cli, devices, wait != NULL);
	cJSON_Delete(result);
	return exit_code;
}
