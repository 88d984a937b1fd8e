// An SMS centre of npm's `smpp`: binds whoever asks, takes messages, sends a receipt and an answer for each.
// Prints one JSON object a line: what came, as its own codec reads it. The port is the first.
const smpp = require('smpp');

const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
let count = 0;

const server = smpp.createServer({}, (session) => {
  session.on('error', (error) => say({ event: 'error', error: String(error) }));
  for (const mode of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
    session.on(mode, (pdu) => {
      say({ event: mode, system_id: pdu.system_id, password: pdu.password, version: pdu.interface_version });
      session.send(pdu.response({ system_id: 'NODE' }));
    });
  }
  session.on('submit_sm', (pdu) => {
    const message = pdu.short_message || {};
    const source = pdu.message_payload || message;
    say({
      event: 'submit_sm',
      destination: pdu.destination_addr,
      source: pdu.source_addr,
      text: source.message !== undefined ? source.message : String(source),
      header: Boolean(source.udh),
      data_coding: pdu.data_coding,
      esm_class: pdu.esm_class,
      registered_delivery: pdu.registered_delivery,
      replace: pdu.replace_if_present_flag,
      priority: pdu.priority_flag,
      validity: pdu.validity_period instanceof Date ? Math.round((pdu.validity_period - Date.now()) / 1000) : null,
      reference: pdu.user_message_reference,
    });
    count += 1;
    const id = `node-${count}`;
    session.send(pdu.response({ message_id: id }));
    if (pdu.registered_delivery) {
      session.deliver_sm({
        source_addr: pdu.destination_addr,
        destination_addr: pdu.source_addr,
        source_addr_ton: 1,
        source_addr_npi: 1,
        esm_class: 4,
        short_message: `id:${id} sub:001 dlvrd:001 submit date:2611241200 done date:2611241200 stat:DELIVRD err:000 text:`,
        receipted_message_id: id,
        message_state: 2,
      }, (response) => say({ event: 'receipt answered', status: response.command_status }));
      session.deliver_sm({
        source_addr: pdu.destination_addr,
        destination_addr: pdu.source_addr,
        source_addr_ton: 1,
        source_addr_npi: 1,
        short_message: 'ok',
      }, (response) => say({ event: 'answer answered', status: response.command_status }));
    }
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    say({ event: 'unbind' });
    session.send(pdu.response());
    session.close();
  });
});

server.listen(0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
