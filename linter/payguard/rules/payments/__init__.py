"""Rules about money: spending, wallet secrets, payment tokens and the roles that hold them."""
