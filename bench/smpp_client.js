// npm's `smpp` as a client: node smpp_client.js PORT MESSAGES WINDOW prints messages/s, as smpp_client.py does.
const smpp = require('smpp');

const [port, messages, window] = process.argv.slice(2).map(Number);
const text = 'Prio 2 Triage HC Andersberg C24-00000001 ring 010-123 45 67 Svara 1=ja 2=nej (10)';
const session = smpp.connect({ url: `smpp://127.0.0.1:${port}` });
let left = messages;
let unanswered = messages;
let began;

function send() {
  left -= 1;
  session.submit_sm({
    source_addr: '46701740699', source_addr_ton: 1, source_addr_npi: 1,
    destination_addr: '46701234567', dest_addr_ton: 1, dest_addr_npi: 1,
    registered_delivery: 1, validity_period: '000000003000000R',
    short_message: text, user_message_reference: left & 0xffff,
  }, () => {
    unanswered -= 1;
    if (!unanswered) {
      console.log(messages / ((performance.now() - began) / 1000));
      process.exit(0);
    }
    if (left) send();
  });
}

session.on('connect', () => session.bind_transceiver({ system_id: 'bench', password: '' }, () => {
  began = performance.now();
  for (let n = 0; n < Math.min(window, messages); n += 1) send();
}));
