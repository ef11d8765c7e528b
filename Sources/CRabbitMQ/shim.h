// The C face of librabbitmq as Swift sees it: its headers, and static inline shims for what Swift cannot call.
#pragma once
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <amqp_ssl_socket.h>
