// The C face of librabbitmq as Swift sees it: its headers, and static inline shims for what Swift
// cannot call (variadic functions) or cannot read (macros with casts, pointers to incomplete types).
#pragma once
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <sys/time.h>

/// `amqp_login_with_properties` with the PLAIN mechanism (RFC 4616).
static inline amqp_rpc_reply_t tongban_login_plain(
    amqp_connection_state_t state, const char *vhost, int channel_max, int frame_max,
    int heartbeat, const amqp_table_t *properties, const char *user, const char *password) {
  return amqp_login_with_properties(state, vhost, channel_max, frame_max, heartbeat, properties,
                                    AMQP_SASL_METHOD_PLAIN, user, password);
}

/// `amqp_login_with_properties` with the EXTERNAL mechanism: the client certificate is the identity.
static inline amqp_rpc_reply_t tongban_login_external(
    amqp_connection_state_t state, const char *vhost, int channel_max, int frame_max,
    int heartbeat, const amqp_table_t *properties, const char *identity) {
  return amqp_login_with_properties(state, vhost, channel_max, frame_max, heartbeat, properties,
                                    AMQP_SASL_METHOD_EXTERNAL, identity);
}

// Method numbers are macros with a cast around them; as an enum Swift can switch over them.
enum tongban_method {
  TONGBAN_CONNECTION_CLOSE = 0x000A0032,
  TONGBAN_CONNECTION_CLOSE_OK = 0x000A0033,
  TONGBAN_CONNECTION_BLOCKED = 0x000A003C,
  TONGBAN_CONNECTION_UNBLOCKED = 0x000A003D,
  TONGBAN_CHANNEL_CLOSE = 0x00140028,
  TONGBAN_CHANNEL_CLOSE_OK = 0x00140029,
  TONGBAN_BASIC_CANCEL = 0x003C001E,
  TONGBAN_BASIC_RETURN = 0x003C0032,
  TONGBAN_BASIC_DELIVER = 0x003C003C,
  TONGBAN_BASIC_GET_OK = 0x003C0047,
  TONGBAN_BASIC_GET_EMPTY = 0x003C0048,
  TONGBAN_BASIC_ACK = 0x003C0050,
  TONGBAN_BASIC_NACK = 0x003C0078,
};
_Static_assert(TONGBAN_CONNECTION_CLOSE == AMQP_CONNECTION_CLOSE_METHOD, "");
_Static_assert(TONGBAN_CONNECTION_CLOSE_OK == AMQP_CONNECTION_CLOSE_OK_METHOD, "");
_Static_assert(TONGBAN_CONNECTION_BLOCKED == AMQP_CONNECTION_BLOCKED_METHOD, "");
_Static_assert(TONGBAN_CONNECTION_UNBLOCKED == AMQP_CONNECTION_UNBLOCKED_METHOD, "");
_Static_assert(TONGBAN_CHANNEL_CLOSE == AMQP_CHANNEL_CLOSE_METHOD, "");
_Static_assert(TONGBAN_CHANNEL_CLOSE_OK == AMQP_CHANNEL_CLOSE_OK_METHOD, "");
_Static_assert(TONGBAN_BASIC_CANCEL == AMQP_BASIC_CANCEL_METHOD, "");
_Static_assert(TONGBAN_BASIC_RETURN == AMQP_BASIC_RETURN_METHOD, "");
_Static_assert(TONGBAN_BASIC_DELIVER == AMQP_BASIC_DELIVER_METHOD, "");
_Static_assert(TONGBAN_BASIC_GET_OK == AMQP_BASIC_GET_OK_METHOD, "");
_Static_assert(TONGBAN_BASIC_GET_EMPTY == AMQP_BASIC_GET_EMPTY_METHOD, "");
_Static_assert(TONGBAN_BASIC_ACK == AMQP_BASIC_ACK_METHOD, "");
_Static_assert(TONGBAN_BASIC_NACK == AMQP_BASIC_NACK_METHOD, "");
