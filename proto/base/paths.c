/*
 * paths.c - XDG folders and KEPT_HOME, read from the environment.
 *
 * Never creates or opens anything; who uses a folder makes it, with the mode
 * it needs. Read next: daemon/io/clients.c for the socket.
 */
#include "proto/base/paths.h"

int paths_join(const char *dir, const char *name, char out[PATH_BYTES],
	       struct err *err)
{
	int len = snprintf(out, PATH_BYTES, "%s/%s", dir, name);

	if (len < 0 || (size_t)len >= PATH_BYTES)
		return err_set(err, ERR_USAGE,
			       "The path to %s is too long for kept.", name);
	return 0;
}

static const char *absolute_from_env(const char *name)
{
	const char *value = getenv(name);

	if (value == NULL || value[0] != '/')
		return NULL;
	return value;
}

/* $variable/kept, else $HOME/fallback/kept. */
static int xdg_find(const char *variable, const char *fallback,
		    char out[PATH_BYTES], struct err *err)
{
	const char *base = absolute_from_env(variable);
	char below_home[PATH_BYTES];
	int status;

	if (base == NULL) {
		const char *home = absolute_from_env("HOME");

		if (home == NULL)
			return err_set(err, ERR_USAGE,
				       "HOME isn't set, so kept doesn't know "
				       "where to keep things.");
		status = paths_join(home, fallback, below_home, err);
		if (status != 0)
			return status;
		base = below_home;
	}
	return paths_join(base, "kept", out, err);
}

static int paths_find_home(struct paths *out, const char *home, struct err *err)
{
	int status;

	if (home[0] != '/')
		return err_set(err, ERR_USAGE,
			       "KEPT_HOME has to begin with a slash.");
	status = paths_join(home, "config", out->config, err);
	if (status == 0)
		status = paths_join(home, "data", out->data, err);
	if (status == 0)
		status = paths_join(home, "state", out->state, err);
	if (status == 0)
		status = paths_join(home, "run", out->run, err);
	return status;
}

static int paths_find_xdg(struct paths *out, struct err *err)
{
	const char *run = absolute_from_env("XDG_RUNTIME_DIR");
	char folder[PATH_BYTES];
	int status;

	status = xdg_find("XDG_CONFIG_HOME", ".config", folder, err);
	if (status == 0)
		status = paths_join(folder, "config", out->config, err);
	if (status == 0)
		status = xdg_find("XDG_DATA_HOME", ".local/share", out->data,
				  err);
	if (status == 0)
		status = xdg_find("XDG_STATE_HOME", ".local/state", out->state,
				  err);
	if (status != 0)
		return status;
	if (run != NULL)
		return paths_join(run, "kept", out->run, err);
	return paths_join(out->state, "run", out->run, err);
}

int paths_find(struct paths *out, struct err *err)
{
	const char *home = getenv("KEPT_HOME");
	int status;

	memset(out, 0, sizeof *out);
	if (home != NULL && home[0] != '\0')
		status = paths_find_home(out, home, err);
	else
		status = paths_find_xdg(out, err);
	if (status == 0)
		status = paths_join(out->run, "kept.sock", out->socket, err);
	if (status != 0)
		return status;
	if (strlen(out->socket) > LIMIT_SOCKET_PATH_BYTES)
		return err_set(err, ERR_USAGE,
			       "The socket's path is over %u bytes: %.150s",
			       LIMIT_SOCKET_PATH_BYTES, out->socket);
	return 0;
}
