// A client of npm's `smpp` against our SMS centre: binds, sends, hears its receipt and a reply, unbinds.
// Arguments: port. Prints one JSON object a line, and ends.
const smpp = require('smpp');

const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
const session = smpp.connect({ url: `smpp://127.0.0.1:${process.argv[2]}` });
let heard = 0;

session.on('error', (error) => { say({ event: 'error', error: String(error) }); process.exit(1); });
session.on('deliver_sm', (pdu) => {
  say({ event: 'deliver_sm', esm_class: pdu.esm_class, text: pdu.short_message.message, from: pdu.source_addr });
  session.send(pdu.response());
  heard += 1;
  if (heard === 2) {
    session.enquire_link((response) => {
      say({ event: 'enquire_link', status: response.command_status });
      session.unbind((bye) => { say({ event: 'unbound', status: bye.command_status }); session.close(); process.exit(0); });
    });
  }
});
session.on('connect', () => {
  session.bind_transceiver({ system_id: 'node', password: 'pw' }, (bound) => {
    say({ event: 'bound', status: bound.command_status, system_id: bound.system_id });
    const long = 'åäö €[]~ '.repeat(40);
    session.submit_sm({
      source_addr: '46701740699', destination_addr: '46701740605', registered_delivery: 1,
      data_coding: 0, short_message: 'Larm HC Sätra €',
    }, (taken) => say({ event: 'taken', status: taken.command_status, id: taken.message_id }));
    session.submit_sm({
      source_addr: '46701740699', destination_addr: '46701740606', data_coding: 8, message_payload: long,
    }, (taken) => say({ event: 'taken', status: taken.command_status }));
    session.submit_sm({
      source_addr: '46701740699', destination_addr: '46701740614', short_message: 'x',
    }, (taken) => say({ event: 'refused', status: taken.command_status }));
  });
});
