/*
 * manual.c - prints keptd(8) from config.def, rpc.def, and what follows.
 *
 * Must never describe what no table has. Read next: config.def,
 * proto/rpc.def.
 */
#include "daemon/manual.h"

#include "daemon/config.h"
#include "proto/schema.h"

/* Text to roff: no request and no escape by accident. */
static void put_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	}
}

static void put_item(const char *name, const char *after, const char *doc)
{
	fputs(".TP\n.B ", stdout);
	put_text(name);
	if (*after != '\0') {
		fputs(" \\fR", stdout);
		put_text(after);
		fputs("\\fP", stdout);
	}
	putchar('\n');
	put_text(doc);
	putchar('\n');
}

static void put_settings(void)
{
	char after[128];
	int key;

	fputs(".SH SETTINGS\nOne\n.I key value\na line in the settings file, "
	      "which\n.B kept config\nreads and writes. A line keptd does not "
	      "know it names, and does not start.\n",
	      stdout);
	for (key = 0; key < CONFIG_KEY_COUNT; key++) {
		const struct config_row *row = config_row((enum config_key)key);

		snprintf(after, sizeof after, "(%s)",
			 row->value[0] != '\0' ? row->value : "none");
		put_item(row->name, after, row->doc);
	}
}

static void put_methods(void)
{
	const struct schema_method *method;
	char after[32];
	size_t i;

	fputs(".SH REQUESTS\nThe socket speaks msgpack\\-RPC; params is one "
	      "map. OPEN requests work\nwhile locked, READ and WRITE need it "
	      "open, ADMIN takes the passphrase again.\n"
	      ".B kept call api\nhas the parameters and results of each.\n",
	      stdout);
	for (i = 0; (method = schema_rpc_at(i)) != NULL; i++) {
		snprintf(after, sizeof after, "(%s)",
			 schema_access_name(method->access));
		put_item(method->name, after, method->doc);
	}
}

int manual_print(void)
{
	fputs(".TH KEPTD 8 \"\" \"kept " KEPT_VERSION
	      "\" \"System Administration\"\n"
	      ".SH NAME\nkeptd \\- keeps the journal of one person\n"
	      ".SH SYNOPSIS\n.B keptd\n[\\fB\\-\\-foreground\\fP]\n.br\n"
	      ".B keptd\n\\fB\\-\\-version\\fP | \\fB\\-\\-help\\fP\n"
	      ".SH DESCRIPTION\nkeptd holds a sealed journal, answers\n"
	      ".BR kept (1)\non a socket that only its owner can open, and "
	      "passes sealed entries on to\nthe owner's other devices, without "
	      "a server. It is started by kept when it is\nneeded, or by the "
	      "service manager of the person. While locked it holds no key\n"
	      "that opens an entry; it goes on taking in sealed ones.\n"
	      ".SH OPTIONS\n",
	      stdout);
	put_item("--foreground", "", "Stay in view, messages on stderr.");
	put_settings();
	put_methods();
	fputs(".SH \"EXIT STATUS\"\n", stdout);
	put_item("0", "", "It was told to end.");
	put_item("2", "", "A word, a path, or a setting it does not know.");
	put_item("69", "", "Another keptd has this home.");
	put_item("74", "", "The disk did not take or give what it should.");
	fputs(".SH ENVIRONMENT\n", stdout);
	put_item("KEPT_HOME", "", "Everything lies under this folder.");
	put_item("NOTIFY_SOCKET, LISTEN_FDS", "", "As systemd sets them.");
	put_item("DBUS_SYSTEM_BUS_ADDRESS", "",
		 "Where it hears that the machine goes to sleep, or the "
		 "screen is locked.");
	fputs(".SH FILES\n", stdout);
	put_item("$XDG_DATA_HOME/kept/", "",
		 "journal.db, slots, net.key: the journal, sealed.");
	put_item("$XDG_STATE_HOME/kept/", "",
		 "What tells a copy of the journal from the journal.");
	put_item("$XDG_CONFIG_HOME/kept/config", "", "Settings.");
	put_item("$XDG_RUNTIME_DIR/kept/kept.sock", "", "The socket.");
	fputs(".SH \"SEE ALSO\"\n.BR kept (1)\n", stdout);
	return 0;
}
