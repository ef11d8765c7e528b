// The C face of libmicrohttpd as Swift sees it: its headers, and static inline shims for what Swift cannot call.
#pragma once
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

/// `MHD_start_daemon` is variadic: all options come in one array, which ends with `MHD_OPTION_END`.
static inline struct MHD_Daemon *tongban_mhd_start(unsigned int flags, MHD_AccessHandlerCallback handler,
                                                   void *context, struct MHD_OptionItem *options) {
  return MHD_start_daemon(flags, 0, NULL, NULL, handler, context, MHD_OPTION_ARRAY, options,
                          MHD_OPTION_END);
}

/// The port that the daemon listens on; 0 if it does not tell.
static inline uint16_t tongban_mhd_port(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info == NULL ? 0 : info->port;
}

/// The socket of a connection; -1 if there is none.
static inline int tongban_mhd_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == NULL ? -1 : info->connect_fd;
}

// Callbacks as option values: a function pointer as the number that `MHD_OptionItem` holds.
typedef void *(*tongban_mhd_uri_callback)(void *context, const char *uri, struct MHD_Connection *connection);
static inline intptr_t tongban_mhd_uri_value(tongban_mhd_uri_callback function) { return (intptr_t)function; }
static inline intptr_t tongban_mhd_completed_value(MHD_RequestCompletedCallback function) {
  return (intptr_t)function;
}
static inline intptr_t tongban_mhd_connection_value(MHD_NotifyConnectionCallback function) {
  return (intptr_t)function;
}
