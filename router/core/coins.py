"""What coins and currencies are called, and the one name of each."""

from typing import Final

_CODES: Final = (
    "btc eth sol bnb trx xrp ada dot link uni matic pol ltc doge near atom avax dai usdc usdt weth wbtc busd shib "
    "pepe arb op ton sui apt fil etc bch xlm algo xmr aave cro okb steth tusd fdusd wbnb inj tia sei kas ftm egld "
    "flow eur usd gbp cny sek chf jpy hkd twd brl inr ngn aud cad sgd krw try pln nok dkk zar mxn php vnd thb idr "
    "myr "
)
_ALSO: Final = {
    "usdt": "u tether 泰达币",
    "usd": "刀 美元 美金 $ us$ dollars dollar bucks",
    "eur": "€ euro euros 欧元 欧",
    "gbp": "£ quid pounds 英镑",
    "cny": "¥ ￥ 元 块 块钱 人民币 rmb yuan",
    "brl": "r$ reais real",
    "ngn": "naira ₦",
    "inr": "rs ₹ rupees",
    "hkd": "hk$ 港币 港元",
    "jpy": "日元 yen",
    "btc": "bitcoin bitcoins 比特币",
    "eth": "ether ethereum 以太 以太坊 以太币",
    "sol": "solana",
    "trx": "波场币",
    "xrp": "瑞波",
    "ltc": "litecoin 莱特币",
    "doge": "狗狗币",
    "dot": "polkadot",
    "": "个 枚 笔",
}
"""Other names, lower case; a measure word stands for whatever coin it was."""
COINS: Final = {name: name for name in _CODES.split()} | {
    name: code for code, names in _ALSO.items() for name in names.split()
}
