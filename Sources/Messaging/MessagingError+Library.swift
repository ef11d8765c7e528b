import CRabbitMQ

extension MessagingError {
  /// What a librabbitmq status means while a connection is being opened.
  static func connecting(_ status: Int32, at place: String) -> MessagingError {
    switch amqp_status_enum(status) {
    case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED:
      MessagingError(.notTrusted, at: place, "its certificate is for another host name")
    case AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
      MessagingError(
        .notTrusted, at: place, "its certificate is not vouched for by an authority we trust")
    case AMQP_STATUS_SSL_ERROR, AMQP_STATUS_SSL_CONNECTION_FAILED:
      MessagingError(.notTrusted, at: place, "the TLS handshake failed (\(words(status)))")
    case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED:
      MessagingError(.unreachable, at: place, "its name could not be resolved")
    case AMQP_STATUS_TIMEOUT:
      MessagingError(.unreachable, at: place, "it did not answer in time")
    default:
      MessagingError(.unreachable, at: place, "no connection could be made (\(words(status)))")
    }
  }

  /// What a librabbitmq status means on an open connection.
  static func library(_ status: Int32, at place: String) -> MessagingError {
    switch amqp_status_enum(status) {
    case AMQP_STATUS_BAD_AMQP_DATA, AMQP_STATUS_UNKNOWN_CLASS, AMQP_STATUS_UNKNOWN_METHOD,
      AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION, AMQP_STATUS_WRONG_METHOD,
      AMQP_STATUS_UNEXPECTED_STATE, AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD:
      MessagingError(
        .protocolViolation, at: place, "what it sent is not the AMQP we expect (\(words(status)))")
    case AMQP_STATUS_TABLE_TOO_BIG, AMQP_STATUS_INVALID_PARAMETER:
      MessagingError(
        .unsendable, at: place, "properties and headers must fit one frame (\(words(status)))")
    case AMQP_STATUS_HEARTBEAT_TIMEOUT:
      MessagingError(.connectionLost, at: place, "no heartbeat came in time")
    case AMQP_STATUS_TIMEOUT:
      MessagingError(.connectionLost, at: place, "it did not answer in time")
    default:
      MessagingError(.connectionLost, at: place, "the connection ended (\(words(status)))")
    }
  }

  private static func words(_ status: Int32) -> String {
    amqp_error_string2(status).map { String(cString: $0) } ?? "status \(status)"
  }
}
